import QtQuick
import ui.touch.theme

// A word that qualifies what stands beside it: simulated, live, recorded.
Rectangle {
    id: badge

    property string text
    property string symbol: ""
    property color ink: Theme.bark
    property color inside: Theme.honey

    implicitWidth: row.implicitWidth + Theme.mm(6)
    implicitHeight: row.implicitHeight + Theme.mm(2)
    radius: height / 2
    color: inside
    border.color: ink
    border.width: Theme.mm(0.3)

    Row {
        id: row
        anchors.centerIn: parent
        spacing: Theme.mm(1.5)
        Icon {
            visible: badge.symbol !== ""
            anchors.verticalCenter: parent.verticalCenter
            name: badge.symbol
            size: Theme.mm(6)
            ink: badge.ink
            tint: "transparent"
            thickness: 4
        }
        Words {
            text: badge.text
            color: badge.ink
            font.pixelSize: Theme.small
            font.bold: true
            wrapMode: Text.NoWrap
            lineHeight: 1
        }
    }
}
