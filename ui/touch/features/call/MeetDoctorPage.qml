import QtQuick
import ui.touch.art
import ui.touch.controls
import ui.touch.theme

PageFrame {
    id: page

    property var view

    title: qsTr("A doctor is ready to see you")

    Card {
        anchors { left: parent.left; right: parent.right; top: parent.top }
        height: parent.height - hint.height - Theme.mm(6)
        DoctorScene {
            id: portrait
            x: Theme.mm(8)
            anchors.verticalCenter: parent.verticalCenter
            width: Math.min(Theme.mm(78), parent.height - Theme.mm(10))
            height: width
        }
        Column {
            anchors { left: portrait.right; right: parent.right; verticalCenter: parent.verticalCenter }
            anchors.leftMargin: Theme.mm(10)
            anchors.rightMargin: Theme.mm(8)
            spacing: Theme.mm(4)
            Words {
                width: parent.width
                text: page.view.doctor.name
                font.pixelSize: page.view.doctor.name.length > 44 ? Theme.large : Theme.title
                font.bold: true
                wrapMode: Text.Wrap
            }
            Words {
                width: parent.width
                text: page.view.doctor.specialty
                font.pixelSize: Theme.large
                wrapMode: Text.Wrap
            }
            Words {
                width: parent.width
                text: qsTr("Doctor's number (RPPS): %1").arg(page.view.doctor.rpps)
                color: Theme.soft
            }
        }
    }
    Words {
        id: hint
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        text: qsTr("The picture and the sound start when you touch the button.")
        color: Theme.soft
    }
    footer: PushButton {
        kind: "main"
        symbol: "camera"
        text: qsTr("I am ready")
        onClicked: page.touch.go_on()
    }
}
