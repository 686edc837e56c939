import QtQuick
import ui.touch.art
import ui.touch.controls
import ui.touch.theme
import ui.touch.words

PageFrame {
    id: page

    property var view
    readonly property bool urgent: view.outcome === "emergency" || view.why === "emergency"
    readonly property string ending: Codes.ending(view.outcome ?? "", view.why)

    title: qsTr("Thank you, and goodbye")

    footer: PushButton {
        kind: "main"
        symbol: "check"
        text: qsTr("Finish")
        onClicked: page.touch.finish()
    }

    Column {
        anchors.fill: parent
        spacing: Theme.mm(6)
        Card {
            id: outcome
            visible: page.ending !== ""
            width: parent.width
            height: visible ? Math.max(Theme.mm(20), outcomeWords.height + Theme.mm(10)) : 0
            color: page.urgent ? Theme.rose : Theme.leaf
            border.color: page.urgent ? Theme.alarm : Theme.moss
            Words {
                id: outcomeWords
                anchors { left: parent.left; right: parent.right; verticalCenter: parent.verticalCenter }
                anchors.margins: Theme.mm(6)
                text: page.ending
                font.pixelSize: Theme.large
                font.bold: true
                color: page.urgent ? Theme.alarm : Theme.ink
            }
        }
        GoodbyeScene {
            width: parent.width
            height: parent.height - (outcome.visible ? outcome.height + Theme.mm(6) : 0) - things.height - clears.height - Theme.mm(12)
        }
        Words {
            id: things
            width: parent.width
            text: qsTr("Do not forget your things.")
            font.pixelSize: Theme.title
            font.bold: true
            horizontalAlignment: Text.AlignHCenter
        }
        Words {
            id: clears
            width: parent.width
            text: qsTr("This screen clears itself. Nothing of you stays on it.")
            font.pixelSize: Theme.body
            color: Theme.soft
            horizontalAlignment: Text.AlignHCenter
        }
    }
}
