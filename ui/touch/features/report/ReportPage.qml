import QtQuick
import ui.touch.controls
import ui.touch.theme
import ui.touch.words

PageFrame {
    id: page

    property var view
    readonly property bool urgent: view.outcome === "emergency" || view.outcome === "physical_visit"

    title: qsTr("Your doctor's report")

    Card {
        id: outcome
        anchors { left: parent.left; right: parent.right; top: parent.top }
        height: outcomeColumn.height + Theme.mm(7)
        color: page.urgent ? Theme.rose : Theme.leaf
        border.color: page.urgent ? Theme.alarm : Theme.moss
        Column {
            id: outcomeColumn
            x: Theme.mm(6)
            anchors.verticalCenter: parent.verticalCenter
            width: parent.width - Theme.mm(12)
            Words {
                width: parent.width
                text: Codes.outcome(page.view.outcome)
                font.pixelSize: Theme.large
                font.bold: true
                color: page.urgent ? Theme.alarm : Theme.ink
            }
            Words {
                width: parent.width
                text: `${page.view.doctor.name} – ${page.view.doctor.specialty}`
                font.pixelSize: Theme.small
                wrapMode: Text.Wrap
            }
        }
    }
    Card {
        anchors { left: parent.left; right: buttons.visible ? buttons.left : parent.right; top: outcome.bottom; bottom: parent.bottom }
        anchors.topMargin: Theme.gap
        anchors.rightMargin: buttons.visible ? Theme.gap : 0
        Flickable {
            id: scroller
            anchors.fill: parent
            anchors.margins: Theme.mm(6)
            clip: true
            contentHeight: reportWords.height
            boundsBehavior: Flickable.StopAtBounds

            // where the buttons lead; a finger that drags decides anew
            property real goal: 0
            onMovementEnded: goal = contentY

            NumberAnimation {
                id: slide
                target: scroller
                property: "contentY"
                duration: 250
                easing.type: Easing.OutQuad
            }
            function goTo(wanted: real) {
                goal = Math.max(0, Math.min(buttons.furthest, wanted));
                slide.to = goal;
                slide.restart();
            }
            Words {
                id: reportWords
                width: scroller.width
                text: page.view.text
                font.pixelSize: Theme.mm(6.8)
                lineHeight: 1.25
                wrapMode: Text.Wrap
            }
        }
    }
    Column {
        id: buttons
        readonly property real furthest: Math.max(0, scroller.contentHeight - scroller.height)
        readonly property real step: scroller.height * 0.8
        visible: scroller.contentHeight > scroller.height
        anchors { right: parent.right; bottom: parent.bottom }
        width: Theme.mm(30)
        spacing: Theme.gap
        PushButton {
            width: parent.width
            height: Theme.mm(26)
            leftPadding: 0
            rightPadding: 0
            symbol: "up"
            Accessible.name: qsTr("Read further up")
            enabled: scroller.goal > 1
            onClicked: scroller.goTo(scroller.goal - buttons.step)
        }
        PushButton {
            width: parent.width
            height: Theme.mm(26)
            leftPadding: 0
            rightPadding: 0
            symbol: "down"
            Accessible.name: qsTr("Read further down")
            enabled: scroller.goal < buttons.furthest - 1
            onClicked: scroller.goTo(scroller.goal + buttons.step)
        }
    }
    footer: PushButton {
        kind: "main"
        symbol: "check"
        text: qsTr("I have read it")
        onClicked: page.touch.finish()
    }
}
