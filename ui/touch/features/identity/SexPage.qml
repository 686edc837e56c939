import QtQuick
import ui.touch.controls
import ui.touch.theme

PageFrame {
    id: page

    property var view

    title: qsTr("Your sex, as on your papers")

    Row {
        anchors.centerIn: parent
        spacing: Theme.mm(6)
        ChoiceTile {
            width: Theme.mm(78)
            height: Theme.mm(84)
            symbol: "female"
            symbolSize: Theme.mm(36)
            textSize: Theme.large
            text: qsTr("Female")
            onClicked: page.touch.give_sex("F")
        }
        ChoiceTile {
            width: Theme.mm(78)
            height: Theme.mm(84)
            symbol: "male"
            symbolSize: Theme.mm(36)
            textSize: Theme.large
            text: qsTr("Male")
            onClicked: page.touch.give_sex("M")
        }
        ChoiceTile {
            width: Theme.mm(78)
            height: Theme.mm(84)
            symbol: "undetermined"
            symbolSize: Theme.mm(36)
            textSize: Theme.large
            text: qsTr("Undetermined")
            onClicked: page.touch.give_sex("I")
        }
    }
}
