pragma ComponentBehavior: Bound
import QtQuick
import ui.touch
import ui.touch.art
import ui.touch.controls
import ui.touch.theme
import ui.touch.words

// A guided measurement: drawing, what to do, the live curve, the recorded values.
// `narrow` beside the doctor's picture, wide as a page of its own.
Item {
    id: panel

    required property TouchModel touch
    required property var measuring
    property bool narrow: false

    readonly property string phase: measuring.phase
    readonly property bool recorded: phase === "recorded"
    readonly property bool failed: phase === "failed"
    readonly property bool reading: phase === "measuring"
    readonly property bool saving: phase === "saving"
    readonly property bool live: reading || phase === "place"

    readonly property string instruction:
        failed ? Codes.failure(measuring.failure ?? "")
        : recorded ? qsTr("You can take your finger out.")
        : saving ? qsTr("Keep still a moment longer.")
        : measuring.coaching ? Codes.coaching(measuring.coaching)
        : phase === "connecting" ? qsTr("This takes a few seconds.")
        : phase === "place" ? Codes.coaching("place_finger")
        : reading ? Codes.coaching("keep_still")
        : qsTr("One moment please.")

    ClipScene {
        id: art
        // bleeds to the page's edge: the sleeve comes from outside
        x: panel.narrow ? -Theme.mm(4) : -Theme.margin
        y: 0
        width: panel.narrow ? parent.width + Theme.mm(8) : parent.width * 0.5 + Theme.margin
        visible: height > Theme.mm(14)
        clip: true
        height: panel.narrow ? Math.max(0, Math.min(Theme.mm(34), parent.height - says.height - (panel.live ? Theme.mm(56) : 0) - (progress.visible ? Theme.mm(16) : 0) - Theme.mm(4))) : parent.height - Theme.mm(18)
        inserted: panel.reading || panel.saving || panel.recorded
        glowing: panel.reading || panel.saving
        done: panel.recorded
        broken: panel.failed
    }

    Column {
        id: says
        x: panel.narrow ? 0 : parent.width * 0.5 + Theme.mm(6)
        y: panel.narrow ? (art.visible ? art.height + Theme.mm(2) : 0)
                        : Math.max(0, (parent.height - height - (panel.live ? Theme.mm(5) + plot.height : 0)) / 2)
        width: parent.width - x
        spacing: Theme.mm(panel.narrow ? 2 : 4)
        Words {
            width: parent.width
            text: panel.instruction
            font.pixelSize: panel.narrow ? Theme.body : Theme.large
            font.bold: true
            color: panel.failed ? Theme.alarm : Theme.ink
        }
        Words {
            width: parent.width
            visible: panel.failed
            text: Codes.remedy(panel.measuring.failure ?? "")
            font.pixelSize: panel.narrow ? Theme.small : Theme.large
        }
        Badge {
            visible: panel.recorded
            text: qsTr("Recorded")
            symbol: "check"
            ink: Theme.moss
            inside: Theme.leaf
        }
        Repeater {
            model: panel.measuring.values
            RecordedValue {
                required property var modelData
                width: says.width
                value: modelData
                language: panel.touch.language
                narrow: panel.narrow
            }
        }
    }

    LivePlot {
        id: plot
        visible: panel.live
        curve: panel.touch.curve
        x: says.x
        y: says.y + says.height + Theme.mm(panel.narrow ? 2 : 5)
        width: says.width
        height: panel.narrow ? Math.min(Theme.mm(60), parent.height - y - (progress.visible ? progress.height + Theme.mm(3) : 0))
                             : Theme.mm(66)
    }

    Column {
        id: progress
        visible: panel.reading || panel.saving
        x: 0
        width: panel.narrow ? parent.width : parent.width * 0.5
        anchors.bottom: parent.bottom
        spacing: Theme.mm(2)
        Words {
            width: parent.width
            text: panel.saving ? qsTr("Being kept…") : qsTr("Measuring: %1 %").arg(Math.round(panel.measuring.progress * 100))
            horizontalAlignment: Text.AlignHCenter
            lineHeight: 1
        }
        Rectangle {
            width: parent.width
            height: Theme.mm(4.5)
            radius: height / 2
            color: Theme.hair
            Accessible.role: Accessible.ProgressBar
            Accessible.name: qsTr("Progress of the measurement")
            Rectangle {
                width: Math.max(parent.height, parent.width * (panel.saving ? 1 : panel.measuring.progress))
                height: parent.height
                radius: height / 2
                color: Theme.sea
            }
        }
    }
}
