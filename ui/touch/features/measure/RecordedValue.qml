import QtQuick
import ui.touch.controls
import ui.touch.theme
import ui.touch.words

// One recorded value, big, with what weakens it in words.
Card {
    id: recorded

    required property var value
    required property string language
    property bool narrow: false

    color: Theme.leaf
    border.color: Theme.moss
    implicitHeight: column.height + Theme.mm(narrow ? 2.5 : 7)

    Column {
        id: column
        x: Theme.mm(5)
        anchors.verticalCenter: parent.verticalCenter
        width: parent.width - Theme.mm(10)
        Words {
            width: parent.width
            text: Codes.quantity(recorded.value.quantity)
            font.pixelSize: recorded.narrow ? Theme.body : Theme.large
            lineHeight: 1
        }
        Row {
            width: parent.width
            spacing: Theme.mm(2)
            Words {
                id: figure
                text: Codes.number(recorded.value.value, recorded.language)
                font.pixelSize: recorded.narrow ? Theme.mm(11) : Theme.figure
                font.bold: true
                lineHeight: 1
                wrapMode: Text.NoWrap
            }
            Words {
                anchors.baseline: figure.baseline
                width: parent.width - figure.width - Theme.mm(2)
                text: Codes.unit(recorded.value.unit)
                font.pixelSize: recorded.narrow ? Theme.small : Theme.large
                lineHeight: 1
                wrapMode: Text.NoWrap
            }
        }
        Words {
            width: parent.width
            visible: text !== ""
            text: recorded.value.quality.length > 0 ? Codes.quality(recorded.value.quality[0]) : ""
            color: Theme.bark
            font.pixelSize: Theme.small
        }
    }
}
