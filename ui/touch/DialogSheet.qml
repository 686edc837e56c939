import QtQuick
import ui.touch
import ui.touch.art
import ui.touch.controls
import ui.touch.theme

// A question over the page: leave or stay; or how to find help.
Rectangle {
    id: sheet

    required property TouchModel touch
    readonly property bool leaving: touch.dialog === "leave"

    color: "#b3102a32"

    MouseArea {
        // what lies below is out of reach
        anchors.fill: parent
        Accessible.ignored: true
    }

    Card {
        anchors.centerIn: parent
        width: parent.width - Theme.mm(24)
        height: column.height + Theme.mm(20)

        Column {
            id: column
            x: Theme.mm(10)
            y: Theme.mm(10)
            width: parent.width - Theme.mm(20)
            spacing: Theme.mm(6)

            Words {
                width: parent.width
                text: sheet.leaving ? qsTr("Do you want to leave?") : qsTr("Do you need help?")
                font.pixelSize: Theme.title
                font.bold: true
                Accessible.role: Accessible.Heading
            }
            Row {
                width: parent.width
                spacing: Theme.mm(8)
                DoorScene {
                    id: door
                    width: Theme.mm(82)
                    height: Theme.mm(58)
                }
                Column {
                    width: parent.width - door.width - Theme.mm(8)
                    spacing: Theme.mm(4)
                    anchors.verticalCenter: parent.verticalCenter
                    Words {
                        width: parent.width
                        text: sheet.leaving ? qsTr("The consultation stops here. Nothing more will be shown on this screen.")
                                            : qsTr("Open the door and call the pharmacist at the counter.")
                        font.pixelSize: Theme.large
                    }
                    Words {
                        width: parent.width
                        text: sheet.leaving ? qsTr("If you feel very ill, tell the pharmacist on your way out.")
                                            : qsTr("This button calls nobody by itself.")
                        color: Theme.soft
                    }
                    Words {
                        visible: !sheet.leaving
                        width: parent.width
                        text: qsTr("If a life is in danger: call 15 or 112.")
                        color: Theme.alarm
                        font.bold: true
                    }
                }
            }
            Row {
                anchors.right: parent.right
                spacing: Theme.mm(6)
                PushButton {
                    visible: sheet.leaving
                    kind: "plain"
                    symbol: "leave"
                    text: qsTr("Yes, leave")
                    onClicked: sheet.touch.confirm_leave()
                }
                PushButton {
                    kind: "main"
                    text: sheet.leaving ? qsTr("No, stay") : qsTr("Close this message")
                    onClicked: sheet.touch.close_dialog()
                }
            }
        }
    }
}
