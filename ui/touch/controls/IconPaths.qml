pragma Singleton
import QtQuick

// Drawings on a grid of 48: `fill` takes the tint, `line` is stroked, `dots` are filled with ink.
QtObject {
    function dot(x: real, y: real, r: real): string {
        return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
    }

    readonly property string face: dot(24, 24, 18)
    readonly property string heart: "M24 41C11 31 5 24 5 16.5A9.5 9.5 0 0 1 24 13 9.5 9.5 0 0 1 43 16.5C43 24 37 31 24 41z"
    readonly property string drop: "M24 5C31 14 37 21 37 29A13 13 0 0 1 11 29C11 21 17 14 24 5z"
    readonly property string sheet: "M11 5H30L38 13V43H11z"

    readonly property var drawings: ({
        "help": {line: face + "M18.5 19A5.6 5.6 0 1 1 27 23.8C24.8 25 24 26.2 24 28.6", dots: dot(24, 34.5, 2.4)},
        "leave": {line: "M27 7H9V41H27M20 24H41M33 15L42 24L33 33"},
        "back": {line: "M30 9L15 24L30 39"},
        "next": {line: "M18 9L33 24L18 39"},
        "up": {line: "M9 30L24 15L39 30"},
        "down": {line: "M9 18L24 33L39 18"},
        "check": {line: "M9 25L20 36L40 13"},
        "cross": {line: "M12 12L36 36M36 12L12 36"},
        "minus": {line: "M10 24H38"},
        "plus": {line: "M10 24H38M24 10V38"},
        "retry": {line: "M38 14V24H28M37.5 24A14.5 14.5 0 1 0 33 34.5"},
        "alert": {fill: "M24 6L44 41H4z", line: "M24 6L44 41H4zM24 19V29", dots: dot(24, 35, 2)},
        "live": {line: dot(24, 24, 17), dots: dot(24, 24, 8)},
        "flask": {line: "M18 6H30M20 6V19L9 39C8 41 9 43 12 43H36C39 43 40 41 39 39L28 19V6M14 31H34"},
        "backspace": {line: "M17 10H43V38H17L5 24zM24 18L35 30M35 18L24 30"},
        "shift": {line: "M24 7L41 26H32V40H16V26H7z"},
        "user": {fill: "M7 42C8 33 15 29 24 29S40 33 41 42z", line: dot(24, 15, 9) + "M7 42C8 33 15 29 24 29S40 33 41 42"},
        "child": {fill: "M9 44C9 36 12 33 17 33S25 36 25 44z", line: dot(30, 11, 7) + "M20 25C23 22 26 21 30 21C38 21 43 26 43 36V44M17 20a5.5 5.5 0 1 0 .1 0M8 44C8 36 12 33 17 33S26 36 26 44"},
        "shield": {fill: "M24 5L41 11V23C41 33 34 40 24 44C14 40 7 33 7 23V11z", line: "M24 5L41 11V23C41 33 34 40 24 44C14 40 7 33 7 23V11zM16 24L22 30L33 18"},
        "female": {fill: dot(24, 17, 12), line: dot(24, 17, 12) + "M24 29V45M16 37H32"},
        "male": {fill: dot(19, 29, 13), line: dot(19, 29, 13) + "M28 20L42 6M31 6H42V17"},
        "undetermined": {fill: dot(24, 24, 13), line: dot(24, 24, 13)},
        "oximeter": {fill: "M6 13H30C34 13 36 16 36 19V24H6z", line: "M6 24H42M6 13H30C34 13 36 16 36 19V29C36 32 34 35 30 35H6zM42 20V28M12 18.5H17L19 16L21 20L23 18.5H29"},
        "camera": {fill: "M6 14H30V34H6z", line: "M6 14H30V34H6zM30 21L42 15V33L30 27"},
        "microphone": {fill: "M24 5A6 6 0 0 1 30 11V23A6 6 0 0 1 18 23V11A6 6 0 0 1 24 5z", line: "M24 5A6 6 0 0 1 30 11V23A6 6 0 0 1 18 23V11A6 6 0 0 1 24 5zM11 22A13 13 0 0 0 37 22M24 35V43M16 43H32"},
        "microphone_off": {fill: "M24 5A6 6 0 0 1 30 11V23A6 6 0 0 1 18 23V11A6 6 0 0 1 24 5z", line: "M24 5A6 6 0 0 1 30 11V23A6 6 0 0 1 18 23V11A6 6 0 0 1 24 5zM11 22A13 13 0 0 0 37 22M24 35V43M16 43H32M7 6L41 42"},
        "clinic": {fill: "M5 8H43V33H5z", line: "M5 8H43V33H5zM16 42H32M24 33V42M24 14V27M17.5 20.5H30.5"},
        "speaker": {fill: "M7 18H15L26 9V39L15 30H7z", line: "M7 18H15L26 9V39L15 30H7zM33 17A10 10 0 0 1 33 31M38 11A18 18 0 0 1 38 37"},
        "no_sound": {fill: "M7 18H15L26 9V39L15 30H7z", line: "M7 18H15L26 9V39L15 30H7zM33 19L43 29M43 19L33 29"},
        "euro": {fill: face, line: face + "M31.5 16.5A10 10 0 1 0 31.5 31.5M12.5 21.5H26M12.5 26.5H26"},
        "report": {fill: sheet, line: sheet + "M29 5V14H38M17 22H32M17 29H32M17 36H26"},
        "clock": {fill: face, line: face + "M24 13V24L32 29"},
        "door": {fill: "M12 5H36V43H12z", line: "M12 43V5H36V43M5 43H43", dots: dot(30, 25, 2.4)},
        "phone": {fill: "M13 6L20 8L22 17L17 21C19 26 22 29 27 31L31 26L40 28L42 35C41 39 38 42 34 42C19 42 6 29 6 14C6 10 9 7 13 6z", line: "M13 6L20 8L22 17L17 21C19 26 22 29 27 31L31 26L40 28L42 35C41 39 38 42 34 42C19 42 6 29 6 14C6 10 9 7 13 6z"},
        "message": {fill: "M5 8H43V34H25L15 43V34H5z", line: "M5 8H43V34H25L15 43V34H5zM14 17H34M14 25H28"},
        "plug": {fill: "M14 16H34V25C34 31 30 35 24 35S14 31 14 25z", line: "M18 5V16M30 5V16M14 16H34V25C34 31 30 35 24 35S14 31 14 25zM24 35V44"},
        "hand": {fill: "M14 24V14C14 12 18 12 18 14V9C18 7 22 7 22 9V7C22 5 26 5 26 7V10C26 8 30 8 30 10V26L34 22C36 20 39 22 38 25L32 37C30 41 28 43 24 43C17 43 14 38 14 32z", line: "M14 26V14C14 11.5 18 11.5 18 14V22M18 14V9C18 6.500 22 6.500 22 9V21M22 9V7C22 4.500 26 4.500 26 7V21M26 11C26 8.500 30 8.500 30 11V27L34 22.500C36 20.500 39 22 38 25L32 37C30 41 28 43 24 43C17 43 14 38 14 32V24"},
        "spray": {fill: "M14 22H30V44H14z", line: "M14 22H30V44H14zM18 22V15H26V22M18 15V9H31L34 12M26 12H31", dots: dot(39, 9, 1.6) + dot(43, 6, 1.6) + dot(43, 12, 1.6)},
        "chair": {fill: "M13 5H29V26H13z", line: "M13 26V5H29V26M10 26H36V34H10zM13 34V44M33 34V44M36 26V20"},
        "screen": {fill: "M5 9H43V34H5z", line: "M5 9H43V34H5zM16 43H32M24 34V43"},
        "fever": {fill: "M18 27A8.500 8.500 0 1 0 27 27V19H18z", line: "M18 27V10A4.500 4.500 0 0 1 27 10V27A9 9 0 1 1 18 27zM33 9H40M33 16H38M33 23H40", dots: dot(22.500, 34, 4)},
        "throat": {fill: "M16 26H31V44H13C16 38 17 33 16 26z", line: "M33 44C31 39 31 35 33 31C38 26 40 20 38 14C36 7 30 4 24 4C16 4 11 9 11 16L7 23H11V28C11 30 13 31 16 31C17 36 16 40 13 44", dots: dot(24, 36, 3.400)},
        "cough": {fill: "M19 43C19 34 15 33 15 25C9 25 13 5 27 5C37 5 43 12 43 20C43 28 38 30 38 43z", line: "M20 43V36C15 36 13 35 13 31L11 29L13 26L10 24L14 18C14 10 20 5 28 5C37 5 43 12 43 20C43 29 37 30 37 43", dots: dot(4, 28, 1.700) + dot(5.500, 34, 1.700) + dot(3, 22, 1.700)},
        "ear": {fill: "M13 20A11 11 0 0 1 35 20C35 27 28 29 27 34C26 39 23 43 19 43C15 43 13 39 13 36z", line: "M13 20A11 11 0 0 1 35 20C35 27 28 29 27 34C26 39 23 43 19 43C15 43 13 40 13 36M19 21A5.500 5.500 0 0 1 30 20.500C30 25 24 25 24 30"},
        "breathing": {fill: "M19 16C12 17 6 28 6 38C6 42 8 43 11 42C17 41 20 39 20 33V18zM29 16C36 17 42 28 42 38C42 42 40 43 37 42C31 41 28 39 28 33V18z", line: "M24 5V18M24 18C23 20 21 22 20 23M24 18C25 20 27 22 28 23M20 18C20 15 18 15 16 17C10 22 6 30 6 38C6 42 8 43 11 42C17 41 20 39 20 33zM28 18C28 15 30 15 32 17C38 22 42 30 42 38C42 42 40 43 37 42C31 41 28 39 28 33z"},
        "skin": {fill: "M5 15H43V43H5z", line: "M5 15C11 11 17 19 24 15S37 11 43 15M5 43V15M43 43V15M5 43H43", dots: dot(15, 26, 2.800) + dot(26, 31, 3.400) + dot(35, 24, 2.400) + dot(16, 36, 2.200)},
        "digestion": {fill: "M26 12C33 8 42 13 42 23C42 35 34 43 23 43C14 43 7 38 7 31C7 25 12 22 18 24C23 25 27 22 25 16z", line: "M20 4V9C20 13 23 14 25 16C27 21 24 25 18 24C12 22 7 25 7 31C7 38 14 43 23 43C34 43 42 35 42 23C42 14 34 8 27 12V4"},
        "urinary": {fill: drop, line: drop + "M17 30A7 7 0 0 0 23 36"},
        "pain": {fill: "M28 4L9 27H21L18 44L39 19H26z", line: "M28 4L9 27H21L18 44L39 19H26z"},
        "renewal": {fill: sheet, line: sheet + "M29 5V14H38M30 24.500A7.500 7.500 0 1 0 32 31M31.500 19.500V25H26"},
        "other": {fill: "M5 8H43V34H25L15 43V34H5z", line: "M5 8H43V34H25L15 43V34H5z", dots: dot(15, 21, 2.600) + dot(24, 21, 2.600) + dot(33, 21, 2.600)},
        "chest_pain": {fill: heart, line: heart + "M26 13L20 23H28L22 33"},
        "short_of_breath": {fill: "M19 16C12 17 6 28 6 38C6 42 8 43 11 42C17 41 20 39 20 33V18zM29 16C36 17 42 28 42 38C42 42 40 43 37 42C31 41 28 39 28 33V18z", line: "M24 5V18M20 18C20 15 18 15 16 17C10 22 6 30 6 38C6 42 8 43 11 42C17 41 20 39 20 33zM28 18C28 15 30 15 32 17C38 22 42 30 42 38C42 42 40 43 37 42C31 41 28 39 28 33zM9 6L13 11M39 6L35 11"},
        "stroke_signs": {fill: face, line: face + "M14 18H20M29 21C30 22 33 22 35 21M15 32C19 29 24 30 27 33C29 36 32 37 34 36", dots: dot(17, 22, 2.200) + dot(31, 25, 2)},
        "bleeding": {fill: drop, line: drop, dots: drop},
        "unconscious": {fill: "M17 27H42C44 27 45 29 45 31V36H15z", line: dot(9, 27, 5.500) + "M17 36V30C17 28 18 27 20 27H34L44 34M3 40H45", dots: dot(30, 13, 1.800) + dot(37, 9, 1.800) + dot(22, 10, 1.800)},
        "allergy": {fill: face, line: face + "M14 20L20 22M34 20L28 22M17 33C20 29 28 29 31 33C28 37 20 37 17 33z", dots: dot(11.500, 27, 2) + dot(36.500, 27, 2) + dot(24, 11, 2) + dot(33, 13, 1.600) + dot(15, 13, 1.600)},
        "self_harm": {fill: "M24 27C17 22 13 18 13 13.500A5.800 5.800 0 0 1 24 11.500A5.800 5.800 0 0 1 35 13.500C35 18 31 22 24 27z", line: "M24 27C17 22 13 18 13 13.500A5.800 5.800 0 0 1 24 11.500A5.800 5.800 0 0 1 35 13.500C35 18 31 22 24 27zM5 31C12 28 16 30 20 33H28M20 39H29L42 32C44 31 44 29 41 29L31 33M5 42C12 40 14 43 22 43C30 43 34 40 42 33"},
        "infant": {fill: face, line: face + "M24 6C20 8 22 13 26 11M17 30C20 34 28 34 31 30", dots: dot(17, 22, 2.200) + dot(31, 22, 2.200)}
    })
}
