import QtQuick
import ui.touch.art
import ui.touch.controls
import ui.touch.theme
import ui.touch.words

PageFrame {
    id: page

    property var view
    readonly property bool urgent: view.outcome === "emergency"

    title: qsTr("Thank you, and goodbye")

    Column {
        anchors.fill: parent
        spacing: Theme.mm(6)
        Card {
            id: outcome
            visible: page.view.outcome !== null
            width: parent.width
            height: visible ? Math.max(Theme.mm(20), outcomeWords.height + Theme.mm(10)) : 0
            color: page.urgent ? Theme.rose : Theme.leaf
            border.color: page.urgent ? Theme.alarm : Theme.moss
            Words {
                id: outcomeWords
                anchors { left: parent.left; right: parent.right; verticalCenter: parent.verticalCenter }
                anchors.margins: Theme.mm(6)
                text: page.view.outcome === null ? "" : Codes.outcome(page.view.outcome)
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
