import QtQuick
import ui.touch.art
import ui.touch.controls
import ui.touch.theme

PageFrame {
    id: page

    property var view
    readonly property int minutes: view.estimate_minutes ?? -1
    readonly property int position: view.position ?? 0
    readonly property bool known: minutes >= 0

    title: view.connected ? qsTr("You are in the waiting room") : qsTr("The line to the doctors is cut")
    lead: view.connected ? qsTr("Please stay here. A doctor will appear on this screen.")
                         : qsTr("The booth keeps trying by itself. Your answers and measurements are kept.")

    WaitingScene {
        id: art
        anchors { left: parent.left; top: parent.top; bottom: parent.bottom }
        width: parent.width * 0.44
    }
    Column {
        anchors { left: art.right; right: parent.right; verticalCenter: parent.verticalCenter }
        anchors.leftMargin: Theme.mm(8)
        spacing: Theme.mm(5)

        Card {
            visible: page.view.connected
            width: parent.width
            height: estimate.height + Theme.mm(12)
            color: Theme.mist
            border.width: 0
            Column {
                id: estimate
                x: Theme.mm(7)
                anchors.verticalCenter: parent.verticalCenter
                width: parent.width - Theme.mm(14)
                spacing: Theme.mm(1.5)
                Words {
                    width: parent.width
                    text: page.known ? qsTr("About") : qsTr("How long?")
                    font.pixelSize: Theme.large
                    color: Theme.soft
                }
                Words {
                    width: parent.width
                    text: page.known ? qsTr("%n minute(s)", "estimate", page.minutes) : qsTr("We do not know yet.")
                    font.pixelSize: page.known ? Theme.hero : Theme.title
                    font.bold: true
                }
                Words {
                    width: parent.width
                    visible: page.known
                    text: qsTr("This is an estimate. It may take longer.")
                    font.pixelSize: Theme.small
                    color: Theme.soft
                }
            }
        }
        Words {
            visible: page.view.connected && page.position > 0
            width: parent.width
            text: page.position <= 1 ? qsTr("You are next.") : qsTr("%n person(s) before you.", "", page.position - 1)
            font.pixelSize: Theme.large
            font.bold: true
        }
        Words {
            visible: page.view.connected
            width: parent.width
            text: page.view.doctors_online === 0 ? qsTr("No doctor is connected at the moment.")
                                                 : qsTr("%n doctor(s) connected.", "", page.view.doctors_online)
        }
        Words {
            visible: !page.view.connected
            width: parent.width
            text: qsTr("We do not know how long it will take.")
            font.pixelSize: Theme.title
            font.bold: true
        }
        Words {
            width: parent.width
            text: page.view.connected ? qsTr("If you feel worse, open the door and call the pharmacist.")
                                      : qsTr("You can wait, or leave and speak to the pharmacist. If you feel worse, call 15 or 112.")
            color: Theme.soft
        }
    }
}
