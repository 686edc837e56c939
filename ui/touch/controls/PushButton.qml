import QtQuick
import QtQuick.Layouts
import ui.touch.theme

// kind: "main" (one a page), "plain", "danger", "quiet"
Pressable {
    id: button

    property string kind: "plain"
    property string symbol: ""
    property bool symbolAfter: false
    property int textSize: kind === "main" ? Theme.large : Theme.body

    readonly property bool filled: kind === "main" || kind === "danger"
    readonly property color inkNow: !enabled ? Theme.soft : filled ? Theme.white : Theme.sea

    implicitHeight: Math.max(Theme.button, contentItem.implicitHeight + topPadding + bottomPadding)
    leftPadding: Theme.mm(6)
    rightPadding: Theme.mm(6)
    topPadding: Theme.mm(1.5)
    bottomPadding: Theme.mm(1.5)

    background: Rectangle {
        radius: Theme.radius
        color: !button.enabled ? Theme.hair
             : button.kind === "main" ? (button.down ? Theme.seaDeep : Theme.sea)
             : button.kind === "danger" ? (button.down ? Theme.alarmDeep : Theme.alarm)
             : button.down ? Theme.mist : button.kind === "quiet" ? Theme.paper : Theme.card
        border.width: !button.enabled || button.filled ? 0 : Theme.mm(0.5)
        border.color: Theme.edge
    }

    contentItem: Item {
        implicitWidth: row.implicitWidth
        implicitHeight: row.implicitHeight

        RowLayout {
            id: row
            anchors.centerIn: parent
            width: Math.min(implicitWidth, parent.width)
            spacing: Theme.mm(3)
            layoutDirection: button.symbolAfter ? Qt.RightToLeft : Qt.LeftToRight

            Icon {
                visible: button.symbol !== ""
                name: button.symbol
                size: Theme.mm(8.6)
                ink: button.inkNow
                tint: "transparent"
                thickness: 4
            }
            Text {
                Layout.fillWidth: true
                text: button.text
                textFormat: Text.PlainText
                color: button.inkNow
                font.pixelSize: button.textSize
                font.bold: button.filled
                wrapMode: Text.WordWrap
                horizontalAlignment: Text.AlignHCenter
            }
        }
    }
}
