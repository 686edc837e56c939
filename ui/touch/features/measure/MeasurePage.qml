pragma ComponentBehavior: Bound
import QtQuick
import ui.touch.controls
import ui.touch.features.measure
import ui.touch.theme

PageFrame {
    id: page

    property var view
    readonly property var measuring: view.measuring
    readonly property string phase: measuring.phase

    title: phase === "connecting" ? qsTr("Looking for the finger clip…")
         : phase === "place" ? qsTr("Put one finger into the clip")
         : phase === "measuring" ? qsTr("Do not move")
         : phase === "saving" ? qsTr("The value is being kept…")
         : phase === "recorded" ? qsTr("It worked, thank you")
         : phase === "failed" ? qsTr("No value this time")
         : qsTr("Measuring your oxygen")
    titleInk: phase === "failed" ? Theme.alarm : Theme.ink

    Badge {
        id: simulated
        visible: page.measuring.simulated
        anchors { right: parent.right; top: parent.top }
        anchors.topMargin: -Theme.mm(17)
        text: qsTr("Simulated device")
        symbol: "flask"
    }
    MeasurePanel {
        anchors.fill: parent
        touch: page.touch
        measuring: page.measuring
    }
    middle: PushButton {
        visible: page.phase !== "recorded" && page.phase !== "saving"
        kind: "quiet"
        text: qsTr("Go on without measuring")
        onClicked: page.touch.skip_measurement()
    }
    footer: [
        PushButton {
            visible: page.phase === "recorded" || page.phase === "failed"
            kind: page.phase === "failed" ? "main" : "plain"
            symbol: "retry"
            text: page.phase === "failed" ? qsTr("Try again") : qsTr("Measure again")
            onClicked: page.touch.retake()
        },
        PushButton {
            visible: page.phase === "recorded"
            kind: "main"
            symbol: "next"
            symbolAfter: true
            text: qsTr("Continue")
            onClicked: page.touch.go_on()
        }
    ]
}
