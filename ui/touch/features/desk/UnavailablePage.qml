import QtQuick
import ui.touch.art
import ui.touch.controls
import ui.touch.theme
import ui.touch.words

PageFrame {
    id: page

    property var view

    title: qsTr("This booth is closed for now")
    lead: Codes.unavailable(view.reason)

    DoorScene {
        id: door
        anchors.horizontalCenter: parent.horizontalCenter
        width: parent.width
        height: parent.height - words.height - Theme.mm(6)
    }
    Words {
        id: words
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        text: qsTr("Please speak to the pharmacist at the counter. In an emergency, call 15 or 112.")
        font.pixelSize: Theme.large
        horizontalAlignment: Text.AlignHCenter
    }
}
