pragma ComponentBehavior: Bound
import QtQuick
import QtMultimedia
import ui.touch
import ui.touch.art
import ui.touch.controls
import ui.touch.features.measure
import ui.touch.theme
import ui.touch.words

// The doctor, big; oneself, small; the sound; the values; and a measurement when one is asked for.
Item {
    id: page

    required property TouchModel touch
    property var view

    readonly property var measuring: view.measuring ?? null
    readonly property bool picture: touch.pictures.doctor_on
    readonly property bool connected: view.state === "connected"
    readonly property bool doctorFrozen: connected && (view.doctor_frozen ?? false)
    readonly property bool ownFrozen: connected && (view.own_frozen ?? false)
    readonly property string stateWords: doctorFrozen && picture ? qsTr("The doctor's picture stands still. Keep talking, or wait a moment.")
                                       : Codes.callState(view.state)
    readonly property int edge: Theme.mm(4)

    // VideoOutput's sinks are not properties QML can bind to from here
    Component.onCompleted: {
        touch.pictures.doctor = doctorPicture.videoSink;
        touch.pictures.own = ownPicture.videoSink;
    }
    Component.onDestruction: {
        touch.pictures.doctor = null;
        touch.pictures.own = null;
    }

    Rectangle {
        id: stage
        x: page.edge
        y: page.edge
        width: parent.width - 2 * page.edge - (page.measuring ? side.width + page.edge : 0)
        height: controls.y - y - page.edge - (strip.visible ? strip.height + page.edge : 0)
        radius: Theme.radius
        color: Theme.night
        clip: true

        VideoOutput {
            id: doctorPicture
            anchors.fill: parent
            fillMode: VideoOutput.PreserveAspectFit
            visible: page.picture && page.view.state !== "no_media"
            Accessible.role: Accessible.Graphic
            Accessible.name: qsTr("The doctor's picture")
        }
        Column {
            visible: !page.picture || !page.connected || page.doctorFrozen
            anchors.centerIn: parent
            width: parent.width * 0.8
            spacing: Theme.mm(4)
            DoctorScene {
                visible: !page.picture || page.view.state === "no_media"
                anchors.horizontalCenter: parent.horizontalCenter
                width: Theme.mm(46)
                height: width
            }
            Rectangle {
                anchors.horizontalCenter: parent.horizontalCenter
                width: parent.width
                height: stateText.height + Theme.mm(8)
                radius: Theme.radius
                color: Theme.night
                Words {
                    id: stateText
                    anchors.centerIn: parent
                    width: parent.width - Theme.mm(8)
                    text: page.stateWords !== "" ? page.stateWords : Codes.callState("connecting")
                    color: Theme.white
                    font.pixelSize: page.measuring ? Theme.body : Theme.large
                    font.bold: true
                    horizontalAlignment: Text.AlignHCenter
                }
            }
        }

        Rectangle {
            x: Theme.mm(3)
            y: Theme.mm(3)
            width: nameWords.width + Theme.mm(7)
            height: nameWords.height + Theme.mm(3.5)
            radius: Theme.mm(2)
            color: Theme.night
            Words {
                id: nameWords
                anchors.centerIn: parent
                width: Math.min(implicitWidth, stage.width - Theme.mm(14))
                text: page.view.doctor.name
                color: Theme.white
                font.bold: true
                wrapMode: Text.Wrap
                lineHeight: 1
            }
        }

        Rectangle {
            id: own
            readonly property real share: page.measuring ? 0.3 : 0.24
            anchors { right: parent.right; bottom: parent.bottom }
            anchors.margins: Theme.mm(3)
            width: stage.width * share
            height: width * 9 / 16
            radius: Theme.mm(1.5)
            color: Theme.rail
            border.color: Theme.white
            border.width: Theme.mm(0.5)
            VideoOutput {
                id: ownPicture
                anchors.fill: parent
                anchors.margins: Theme.mm(0.5)
                fillMode: VideoOutput.PreserveAspectCrop
                visible: page.view.camera && page.touch.pictures.own_on
                Accessible.role: Accessible.Graphic
                Accessible.name: qsTr("Your own picture")
            }
            Rectangle {
                visible: page.ownFrozen && ownPicture.visible
                anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
                anchors.margins: Theme.mm(0.5)
                height: ownFrozenWords.height + Theme.mm(2)
                color: Theme.night
                Words {
                    id: ownFrozenWords
                    anchors.centerIn: parent
                    width: parent.width - Theme.mm(3)
                    text: qsTr("Your picture stands still")
                    color: Theme.white
                    font.pixelSize: Theme.small
                    lineHeight: 1
                    horizontalAlignment: Text.AlignHCenter
                }
            }
            Words {
                visible: !ownPicture.visible
                anchors.centerIn: parent
                width: parent.width - Theme.mm(4)
                text: page.view.camera ? qsTr("You") : qsTr("No camera: the doctor cannot see you")
                color: Theme.white
                font.pixelSize: Theme.small
                lineHeight: 1
                horizontalAlignment: Text.AlignHCenter
            }
        }
    }

    Card {
        id: side
        visible: page.measuring !== null
        width: Theme.mm(106)
        anchors { right: parent.right; top: parent.top; bottom: controls.top }
        anchors.margins: page.edge
        Loader {
            anchors.fill: parent
            anchors.margins: Theme.mm(4)
            active: page.measuring !== null
            sourceComponent: Item {
                id: inside
                readonly property var now: page.measuring ?? ({})
                readonly property string phase: now.phase ?? ""
                Words {
                    id: asked
                    width: parent.width
                    text: qsTr("The doctor asks you to measure.")
                    color: Theme.soft
                    font.pixelSize: Theme.small
                }
                Badge {
                    id: simulated
                    visible: inside.now.simulated ?? false
                    anchors { left: parent.left; top: asked.bottom }
                    anchors.topMargin: visible ? Theme.mm(1) : 0
                    height: visible ? implicitHeight : 0
                    text: qsTr("Simulated device")
                    symbol: "flask"
                }
                MeasurePanel {
                    anchors { left: parent.left; right: parent.right; top: simulated.bottom; bottom: actions.top }
                    anchors.topMargin: Theme.mm(2)
                    anchors.bottomMargin: Theme.mm(2)
                    narrow: true
                    touch: page.touch
                    measuring: page.measuring
                }
                Row {
                    id: actions
                    anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
                    spacing: Theme.gap
                    PushButton {
                        visible: inside.phase === "recorded" || inside.phase === "failed"
                        width: (parent.width - parent.spacing) / 2
                        leftPadding: Theme.mm(2)
                        rightPadding: Theme.mm(2)
                        text: inside.phase === "failed" ? qsTr("Try again") : qsTr("Measure again")
                        onClicked: page.touch.retake()
                    }
                    PushButton {
                        visible: inside.phase !== "saving"
                        readonly property bool half: inside.phase === "recorded" || inside.phase === "failed"
                        width: half ? (parent.width - parent.spacing) / 2 : parent.width
                        kind: inside.phase === "recorded" ? "main" : "quiet"
                        textSize: Theme.body
                        leftPadding: Theme.mm(2)
                        rightPadding: Theme.mm(2)
                        text: inside.phase === "recorded" ? qsTr("Done") : qsTr("Without measuring")
                        onClicked: inside.phase === "recorded" ? page.touch.go_on() : page.touch.skip_measurement()
                    }
                }
            }
        }
    }

    Card {
        id: strip
        visible: page.view.values.length > 0
        x: page.edge
        width: stage.width
        height: Theme.mm(13)
        anchors.bottom: controls.top
        anchors.bottomMargin: page.edge
        color: Theme.leaf
        border.color: Theme.moss
        Row {
            id: stripRow
            height: strip.height
            x: Theme.mm(4)
            spacing: Theme.mm(6)
            Words {
                height: strip.height
                verticalAlignment: Text.AlignVCenter
                visible: page.measuring === null
                text: qsTr("Recorded:")
                color: Theme.moss
                font.bold: true
                wrapMode: Text.NoWrap
                lineHeight: 1
            }
            Repeater {
                model: page.view.values
                Words {
                    required property var modelData
                    height: strip.height
                    verticalAlignment: Text.AlignVCenter
                    text: `${Codes.quantity(modelData.quantity)}${page.touch.language === "fr" ? "\u00a0" : ""}: ${Codes.number(modelData.value, page.touch.language)}\u00a0${modelData.unit === "%" ? "%" : page.measuring === null ? Codes.unit(modelData.unit) : ""}`
                    font.bold: true
                    font.pixelSize: page.measuring === null ? Theme.body : Theme.small
                    wrapMode: Text.NoWrap
                    lineHeight: 1
                }
            }
        }
    }

    component CallButton: PushButton {
        height: Theme.mm(21)
        leftPadding: Theme.mm(3)
        rightPadding: Theme.mm(3)
    }

    Row {
        id: controls
        x: page.edge
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.mm(5)
        spacing: Theme.mm(4)
        width: parent.width - 2 * page.edge

        CallButton {
            id: softer
            width: Theme.mm(21)
            symbol: "minus"
            Accessible.name: qsTr("Softer")
            enabled: page.view.volume > 0
            onClicked: page.touch.set_volume(page.view.volume - 10)
        }
        Column {
            id: level
            width: Theme.mm(34)
            anchors.verticalCenter: parent.verticalCenter
            spacing: Theme.mm(1.5)
            Words {
                width: parent.width
                text: page.view.volume === 0 ? qsTr("Sound: off") : qsTr("Sound: %1").arg(page.view.volume)
                font.pixelSize: Theme.small
                horizontalAlignment: Text.AlignHCenter
                lineHeight: 1
            }
            Row {
                anchors.horizontalCenter: parent.horizontalCenter
                spacing: Theme.mm(1)
                Repeater {
                    model: 10
                    Rectangle {
                        required property int index
                        width: Theme.mm(2.3)
                        height: Theme.mm(3 + index * 0.6)
                        anchors.bottom: parent.bottom
                        radius: Theme.mm(0.6)
                        color: page.view.volume > index * 10 ? Theme.sea : Theme.hair
                    }
                }
            }
        }
        CallButton {
            id: louder
            width: Theme.mm(21)
            symbol: "plus"
            Accessible.name: qsTr("Louder")
            enabled: page.view.volume < 100
            onClicked: page.touch.set_volume(page.view.volume + 10)
        }
        CallButton {
            id: mute
            width: (controls.width - softer.width - level.width - louder.width - 4 * controls.spacing) / 2
            kind: page.view.muted && enabled ? "danger" : "plain"
            enabled: page.view.microphone
            symbol: page.view.muted || !page.view.microphone ? "microphone_off" : "microphone"
            text: !page.view.microphone ? qsTr("No microphone")
                : page.view.muted ? qsTr("Microphone off: turn on") : qsTr("Mute my microphone")
            onClicked: page.touch.set_muted(!page.view.muted)
        }
        CallButton {
            width: mute.width
            enabled: !page.view.cannot_hear_sent
            symbol: page.view.cannot_hear_sent ? "check" : "no_sound"
            text: page.view.cannot_hear_sent ? qsTr("The doctor has been told") : qsTr("I can't hear you")
            onClicked: page.touch.cannot_hear()
        }
    }
}
