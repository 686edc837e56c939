pragma ComponentBehavior: Bound
import QtQuick
import ui.touch
import ui.touch.theme

// AZERTY, as the patient's own telephone has it, with the accents French names need one touch away.
Item {
    id: board

    required property OnScreenKeys keys
    property TextInput field: null  // its text says when a capital is due
    property bool places: false     // a town may hold digits and a comma
    property bool shifted: false
    property bool locked: false
    property string sheet: "letters"

    readonly property int keyHeight: Theme.mm(17)
    readonly property real keyWidth: (width - 9 * Theme.gap) / 10
    readonly property bool startsWord: field === null || field.text === "" || /[\s'\u2019-]$/.test(field.text)
    readonly property bool capital: locked || (shifted !== startsWord)

    readonly property var sheets: ({
        "letters": [["a", "z", "e", "r", "t", "y", "u", "i", "o", "p"],
                    ["q", "s", "d", "f", "g", "h", "j", "k", "l", "m"],
                    ["w", "x", "c", "v", "b", "n", "'", "-"]],
        "accents": [["é", "è", "ê", "ë", "à", "â", "ä", "á", "ã", "å"],
                    ["î", "ï", "í", "ô", "ö", "ó", "õ", "ø", "œ", "æ"],
                    ["ù", "û", "ü", "ú", "ÿ", "ñ", "ç", "ß"]],
        "digits": [["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"],
                   ["(", ")", "/", ".", ",", ";", ":", "&", "°", "\u2019"],
                   ["é", "è", "à", "ç", "ô", "î", "'", "-"]]
    })

    implicitHeight: 4 * keyHeight + 3 * Theme.gap

    function type(letter: string) {
        keys.commit(capital && letter !== "ß" ? letter.toUpperCase() : letter);
        shifted = false;
        if (sheet === "accents")
            sheet = "letters";
    }

    onFieldChanged: {
        shifted = false;
        sheet = "letters";
    }

    component LetterRow: Row {
        id: letterRow
        required property var letters
        spacing: Theme.gap
        Repeater {
            model: letterRow.letters
            Key {
                required property string modelData
                width: board.keyWidth
                height: board.keyHeight
                text: board.capital && modelData !== "ß" ? modelData.toUpperCase() : modelData
                onClicked: board.type(modelData)
            }
        }
    }

    Column {
        spacing: Theme.gap
        LetterRow { letters: board.sheets[board.sheet][0] }
        LetterRow { letters: board.sheets[board.sheet][1] }
        Row {
            spacing: Theme.gap
            Key {
                width: board.keyWidth
                height: board.keyHeight
                strong: true
                lit: board.locked || board.capital
                symbol: "shift"
                Accessible.name: qsTr("Capital letters")
                onClicked: {
                    if (board.locked) {
                        board.locked = false;
                        board.shifted = false;
                    } else if (board.shifted) {
                        board.locked = true;
                    } else {
                        board.shifted = true;
                    }
                }
            }
            LetterRow { letters: board.sheets[board.sheet][2] }
            Key {
                width: board.keyWidth
                height: board.keyHeight
                strong: true
                symbol: "backspace"
                Accessible.name: qsTr("Erase")
                autoRepeat: true
                onClicked: board.keys.backspace()
            }
        }
        Row {
            spacing: Theme.gap
            Key {
                width: board.keyWidth * 2 + Theme.gap
                height: board.keyHeight
                strong: true
                lit: board.sheet === "accents"
                text: board.sheet === "letters" ? "à é ñ" : "A B C"
                Accessible.name: board.sheet === "letters" ? qsTr("Letters with accents") : qsTr("Plain letters")
                onClicked: board.sheet = board.sheet === "letters" ? "accents" : "letters"
            }
            Key {
                visible: board.places
                width: visible ? board.keyWidth * 1.5 : 0
                height: board.keyHeight
                strong: true
                text: "1 2 3"
                lit: board.sheet === "digits"
                Accessible.name: qsTr("Digits")
                onClicked: board.sheet = board.sheet === "digits" ? "letters" : "digits"
            }
            Repeater {
                model: board.places ? ["é", "è", ","] : ["é", "è", "ê", "ç"]
                Key {
                    required property string modelData
                    width: board.keyWidth
                    height: board.keyHeight
                    text: board.capital ? modelData.toUpperCase() : modelData
                    onClicked: board.type(modelData)
                }
            }
            Key {
                readonly property real taken: board.places ? board.keyWidth * 6.5 + 6 * Theme.gap : board.keyWidth * 6 + 6 * Theme.gap
                width: board.width - taken
                height: board.keyHeight
                text: qsTr("space")
                Accessible.name: qsTr("Space")
                onClicked: board.keys.commit(" ")
            }
        }
    }
}
