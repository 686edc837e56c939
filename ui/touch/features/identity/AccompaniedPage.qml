import QtQuick
import ui.touch.controls
import ui.touch.theme

PageFrame {
    id: page

    property var view

    title: qsTr("The patient is under 16")
    lead: qsTr("Is an adult here, or has a parent agreed to this consultation?")

    Row {
        anchors.centerIn: parent
        spacing: Theme.mm(8)
        ChoiceTile {
            width: Theme.mm(112)
            height: Theme.mm(92)
            symbol: "child"
            symbolSize: Theme.mm(36)
            textSize: Theme.large
            text: qsTr("Yes")
            detail: qsTr("An adult is here, or a parent has agreed.")
            onClicked: page.touch.confirm_accompanied(true)
        }
        ChoiceTile {
            width: Theme.mm(112)
            height: Theme.mm(92)
            symbol: "user"
            symbolSize: Theme.mm(36)
            textSize: Theme.large
            text: qsTr("No")
            detail: qsTr("Nobody is here and no parent knows.")
            onClicked: page.touch.confirm_accompanied(false)
        }
    }
}
