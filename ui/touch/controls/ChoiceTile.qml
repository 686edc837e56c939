import QtQuick
import ui.touch.theme

// A big choice with a drawing. `checkable` ones carry a tick, which colour alone would not tell.
Pressable {
    id: tile

    property string symbol: ""
    property string detail: ""
    property color accent: Theme.sea
    property color accentPaper: Theme.mist
    property int textSize: Theme.body
    property bool wide: false
    property int symbolSize: wide ? Theme.mm(15) : Theme.mm(17)

    readonly property bool chosen: checkable && checked

    Accessible.role: checkable ? Accessible.CheckBox : Accessible.Button
    Accessible.checkable: checkable
    Accessible.checked: checked
    Accessible.description: detail

    padding: Theme.mm(3)

    background: Rectangle {
        radius: Theme.radius
        color: tile.chosen || tile.down ? tile.accentPaper : Theme.card
        border.width: tile.chosen ? Theme.mm(1) : Theme.mm(0.5)
        border.color: tile.chosen ? tile.accent : Theme.edge
    }

    contentItem: Item {
        implicitWidth: Theme.mm(40)
        implicitHeight: tile.wide ? Math.max(badge.height, texts.height)
                                  : badge.height + Theme.mm(2) + texts.height

        Rectangle {
            id: badge
            visible: tile.symbol !== ""
            width: tile.symbol !== "" ? tile.symbolSize : 0
            height: width
            radius: width / 2
            color: tile.chosen ? Theme.card : tile.accentPaper
            x: tile.wide ? 0 : (parent.width - width) / 2
            y: tile.wide ? (parent.height - height) / 2
                         : Math.max(0, (parent.height - height - Theme.mm(2) - texts.height) / 2)
            Icon {
                anchors.centerIn: parent
                name: tile.symbol
                size: parent.width * 0.68
                ink: tile.accent
                tint: Theme.sky
            }
        }
        Column {
            id: texts
            spacing: Theme.mm(1)
            x: tile.wide && tile.symbol !== "" ? badge.width + Theme.mm(4) : 0
            y: tile.wide ? (parent.height - height) / 2 : badge.y + badge.height + Theme.mm(2)
            width: parent.width - x
            Text {
                width: parent.width
                text: tile.text
                textFormat: Text.PlainText
                color: Theme.ink
                font.pixelSize: tile.textSize
                font.bold: tile.detail !== "" || tile.chosen
                wrapMode: Text.WordWrap
                horizontalAlignment: tile.wide ? Text.AlignLeft : Text.AlignHCenter
            }
            Text {
                visible: tile.detail !== ""
                width: parent.width
                text: tile.detail
                textFormat: Text.PlainText
                color: Theme.soft
                font.pixelSize: Theme.body
                wrapMode: Text.WordWrap
                horizontalAlignment: tile.wide ? Text.AlignLeft : Text.AlignHCenter
            }
        }
        Rectangle {
            visible: tile.checkable
            width: Theme.mm(8)
            height: width
            radius: Theme.mm(1.6)
            anchors.right: parent.right
            anchors.top: parent.top
            color: tile.chosen ? tile.accent : Theme.card
            border.color: tile.chosen ? tile.accent : Theme.edge
            border.width: Theme.mm(0.5)
            Icon {
                anchors.centerIn: parent
                visible: tile.chosen
                name: "check"
                size: parent.width * 0.8
                ink: Theme.white
                tint: "transparent"
                thickness: 5
            }
        }
    }
}
