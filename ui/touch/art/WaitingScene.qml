import QtQuick
import ui.touch.controls
import ui.touch.theme

// A chair, a plant, and a clock whose hand moves.
Scene {
    id: scene
    boxWidth: 420
    boxHeight: 340

    Piece { d: "M10 318H410"; line: Theme.hair; thickness: 8 }
    // clock
    Piece { d: "M46 92A68 68 0 1 0 182 92A68 68 0 1 0 46 92z"; fill: Theme.card }
    Piece { d: "M46 92A68 68 0 1 0 182 92A68 68 0 1 0 46 92z"; line: Theme.sea; thickness: 9 }
    Piece { d: "M114 38V44M114 140V146M60 92H66M162 92H168"; line: Theme.steel; thickness: 6 }
    Piece { d: "M114 92V62"; line: Theme.rail; thickness: 8 }
    Item {
        width: 420
        height: 340
        Piece { d: "M114 92H152"; line: Theme.clay; thickness: 6 }
        transform: Rotation {
            id: hand
            origin.x: 114
            origin.y: 92
        }
        Timer {
            // a step a second: a smooth turn would redraw the whole screen all the time
            running: scene.visible
            repeat: true
            interval: 1000
            onTriggered: hand.angle = (hand.angle + 6) % 360
        }
    }
    // armchair
    Piece { d: "M196 180C196 150 214 140 240 140H320C346 140 364 150 364 180V250H196z"; fill: Theme.sea }
    Piece { d: "M214 180C214 166 224 158 240 158H320C336 158 346 166 346 180V240H214z"; fill: Theme.seaDeep }
    Piece { d: "M216 232H344C352 232 356 238 356 246V270H204V246C204 238 208 232 216 232z"; fill: Theme.sky }
    Piece { d: "M172 236C172 214 206 214 206 236V288H172zM354 236C354 214 388 214 388 236V288H354z"; fill: Theme.sea }
    Piece { d: "M188 270H372V290H188z"; fill: Theme.seaDeep }
    Piece { d: "M196 290L190 316M364 290L370 316"; line: Theme.bark; thickness: 10 }
    // plant
    Piece { d: "M60 256H120L112 316H68z"; fill: Theme.clay }
    Piece { d: "M90 256C88 226 70 206 54 200C52 224 66 244 90 256zM90 256C90 216 96 196 118 182C126 210 114 240 90 256z"; fill: Theme.moss }
}
