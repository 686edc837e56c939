pragma ComponentBehavior: Bound
import QtQuick
import ui.touch.art
import ui.touch.controls
import ui.touch.theme

PageFrame {
    id: page

    property var view

    title: qsTr("Before the next person")
    lead: qsTr("Please clean what was touched, then confirm here.")

    Row {
        anchors.fill: parent
        spacing: Theme.mm(8)
        HygieneScene {
            width: parent.width * 0.46
            height: parent.height
        }
        Column {
            width: parent.width * 0.54 - Theme.mm(8)
            anchors.verticalCenter: parent.verticalCenter
            spacing: Theme.gap * 1.5
            Repeater {
                model: [
                    {symbol: "oximeter", words: qsTr("The finger clip, inside and outside")},
                    {symbol: "screen", words: qsTr("The screen")},
                    {symbol: "chair", words: qsTr("The seat and the armrests")},
                    {symbol: "door", words: qsTr("The door handle, both sides")}
                ]
                Card {
                    id: item
                    required property var modelData
                    width: parent.width
                    height: Theme.mm(19)
                    Icon {
                        id: itemSymbol
                        x: Theme.mm(5)
                        anchors.verticalCenter: parent.verticalCenter
                        name: item.modelData.symbol
                        size: Theme.mm(11)
                    }
                    Words {
                        anchors { left: itemSymbol.right; right: parent.right; verticalCenter: parent.verticalCenter }
                        anchors.leftMargin: Theme.mm(5)
                        anchors.rightMargin: Theme.mm(3)
                        text: item.modelData.words
                    }
                }
            }
        }
    }
    footer: PushButton {
        kind: "main"
        symbol: "check"
        text: qsTr("It is clean")
        onClicked: page.touch.confirm_hygiene()
    }
}
