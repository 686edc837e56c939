import QtQuick
import ui.touch.theme

// A key never takes the focus: the field keeps it.
Pressable {
    id: key

    property string symbol: ""
    property bool strong: false
    property bool lit: false

    focusPolicy: Qt.NoFocus
    padding: 0

    background: Rectangle {
        radius: Theme.mm(2.2)
        color: key.down ? Theme.sky : key.lit ? Theme.sea : key.strong ? Theme.mist : Theme.card
        border.color: Theme.edge
        border.width: Theme.mm(0.35)
    }
    contentItem: Item {
        Text {
            anchors.centerIn: parent
            visible: key.symbol === ""
            text: key.text
            textFormat: Text.PlainText
            color: key.lit ? Theme.white : Theme.ink
            font.pixelSize: key.text.length > 2 ? Theme.body : Theme.large
        }
        Icon {
            anchors.centerIn: parent
            visible: key.symbol !== ""
            name: key.symbol
            size: Theme.mm(9)
            ink: key.lit ? Theme.white : Theme.ink
            tint: "transparent"
        }
    }
}
