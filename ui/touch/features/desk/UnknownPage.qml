import QtQuick
import ui.touch.art
import ui.touch.controls
import ui.touch.theme

PageFrame {
    id: page

    property var view

    title: qsTr("One moment please")
    lead: qsTr("If this lasts, open the door and call the pharmacist.")

    WaitingScene {
        anchors.centerIn: parent
        width: Theme.mm(110)
        height: Theme.mm(90)
    }
}
