pragma ComponentBehavior: Bound
import QtQuick
import ui.touch.art
import ui.touch.controls
import ui.touch.theme

PageFrame {
    id: page

    property var view

    title: qsTr("Get help now. Do not wait for the doctor.")
    titleInk: Theme.alarm

    footer: PushButton {
        kind: "plain"
        symbol: "check"
        text: qsTr("I have help, stop here")
        onClicked: page.touch.finish()
    }

    Card {
        id: first
        anchors { left: parent.left; right: parent.right; top: parent.top }
        height: parent.height * 0.38
        color: Theme.rose
        border.color: Theme.alarm
        border.width: Theme.mm(0.6)
        DoorScene {
            id: door
            x: Theme.mm(5)
            y: Theme.mm(3)
            width: parent.width * 0.32
            height: parent.height - Theme.mm(6)
        }
        Column {
            anchors { left: door.right; right: parent.right; verticalCenter: parent.verticalCenter }
            anchors.margins: Theme.mm(6)
            spacing: Theme.mm(3)
            Words {
                width: parent.width
                text: qsTr("Open the door and call the pharmacist.")
                font.pixelSize: Theme.title
                font.bold: true
            }
            Words {
                width: parent.width
                text: qsTr("Call out loud. Do not stay alone.")
                font.pixelSize: Theme.large
            }
        }
    }
    Row {
        id: numbers
        anchors { left: parent.left; right: parent.right; top: first.bottom; bottom: last.top }
        anchors.topMargin: Theme.gap * 1.5
        anchors.bottomMargin: Theme.gap
        spacing: Theme.gap * 1.5
        Repeater {
            model: [
                {number: "15", words: qsTr("Medical emergency, in France")},
                {number: "112", words: qsTr("Emergency, all over Europe")},
                {number: "114", words: qsTr("By text message or video: if you cannot hear or speak")}
            ]
            Card {
                id: call
                required property var modelData
                required property int index
                width: (numbers.width - 2 * numbers.spacing) / 3
                height: numbers.height
                border.color: Theme.alarm
                border.width: Theme.mm(0.6)
                Row {
                    id: numberRow
                    x: Theme.mm(5)
                    y: Theme.mm(3)
                    spacing: Theme.mm(4)
                    Icon {
                        anchors.verticalCenter: parent.verticalCenter
                        name: call.index === 2 ? "message" : "phone"
                        size: Theme.mm(15)
                        ink: Theme.alarm
                        tint: Theme.rose
                    }
                    Words {
                        text: call.modelData.number
                        color: Theme.alarm
                        font.pixelSize: Theme.mm(21)
                        font.bold: true
                        lineHeight: 0.95
                        wrapMode: Text.NoWrap
                    }
                }
                Words {
                    anchors { left: parent.left; right: parent.right; top: numberRow.bottom }
                    anchors.margins: Theme.mm(5)
                    anchors.topMargin: Theme.mm(1)
                    text: call.modelData.words
                    lineHeight: 1.05
                }
            }
        }
    }
    Words {
        id: last
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        text: page.view.flags.includes("self_harm")
              ? qsTr("To talk about suicidal thoughts, day and night, free of charge: 3114.")
              : qsTr("These calls are free of charge, from any telephone.")
        font.bold: page.view.flags.includes("self_harm")
        font.pixelSize: page.view.flags.includes("self_harm") ? Theme.large : Theme.body
        color: page.view.flags.includes("self_harm") ? Theme.alarm : Theme.soft
        horizontalAlignment: Text.AlignHCenter
    }
}
