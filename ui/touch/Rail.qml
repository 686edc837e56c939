pragma ComponentBehavior: Bound
import QtQuick
import ui.touch
import ui.touch.controls
import ui.touch.theme
import ui.touch.words

// The left edge, the same on every page: where we are, what is simulated, "Help" and "Leave".
Rectangle {
    id: rail

    required property TouchModel touch

    readonly property var steps: [
        ["information", "consent", "names", "birth_date", "sex", "birth_place", "accompanied", "reason", "red_flags"],
        ["measure"],
        ["waiting", "meet_doctor", "call"],
        ["after_call", "report"]
    ]
    readonly property int step: steps.findIndex(tags => tags.includes(touch.tag))
    readonly property var partsSimulated: touch.simulated
    readonly property bool measuringSimulated: (touch.page.measuring ?? null) !== null && touch.page.measuring.simulated

    color: Theme.rail
    width: Theme.railWidth

    Rectangle {
        anchors { right: parent.right; top: parent.top; bottom: parent.bottom }
        width: Theme.mm(0.8)
        color: Theme.railDeep
    }

    Row {
        id: brand
        x: Theme.mm(4)
        y: Theme.mm(6)
        spacing: Theme.mm(2.2)
        Rectangle {
            width: Theme.mm(9)
            height: width
            radius: Theme.mm(2)
            color: Theme.foam
            Icon {
                anchors.centerIn: parent
                name: "plus"
                size: parent.width * 0.8
                ink: Theme.rail
                tint: "transparent"
                thickness: 7
            }
        }
        Words {
            anchors.verticalCenter: parent.verticalCenter
            text: "Télécabine"
            color: Theme.white
            font.pixelSize: Theme.mm(6)
            font.bold: true
            lineHeight: 1
            wrapMode: Text.NoWrap
        }
    }

    Column {
        id: journey
        visible: rail.step >= 0
        x: Theme.mm(4)
        y: brand.y + brand.height + Theme.mm(9)
        width: rail.width - Theme.mm(8)
        spacing: 0

        Repeater {
            model: 4
            Item {
                id: stop
                required property int index
                readonly property bool passed: index < rail.step
                readonly property bool now: index === rail.step
                readonly property string label: index === 0 ? qsTr("You") : index === 1 ? qsTr("Measure")
                                              : index === 2 ? qsTr("Doctor") : qsTr("Report")
                width: journey.width
                height: Theme.mm(15.5)
                Rectangle {
                    visible: stop.index < 3
                    x: Theme.mm(5) - width / 2
                    y: Theme.mm(5)
                    width: Theme.mm(0.8)
                    height: parent.height
                    color: stop.passed ? Theme.foam : Theme.steel
                }
                Rectangle {
                    id: disc
                    width: Theme.mm(10)
                    height: width
                    radius: width / 2
                    color: stop.now ? Theme.sun : stop.passed ? Theme.foam : Theme.rail
                    border.color: stop.now ? Theme.sun : Theme.foam
                    border.width: Theme.mm(0.6)
                    Icon {
                        anchors.centerIn: parent
                        visible: stop.passed
                        name: "check"
                        size: parent.width * 0.66
                        ink: Theme.rail
                        tint: "transparent"
                        thickness: 6
                    }
                    Text {
                        anchors.centerIn: parent
                        visible: !stop.passed
                        text: stop.index + 1
                        color: stop.now ? Theme.railDeep : Theme.foam
                        font.pixelSize: Theme.body
                        font.bold: true
                    }
                }
                Words {
                    anchors.left: disc.right
                    anchors.leftMargin: Theme.mm(3)
                    anchors.right: parent.right
                    anchors.verticalCenter: disc.verticalCenter
                    text: stop.label
                    lineHeight: 0.95
                    color: stop.now ? Theme.white : Theme.foam
                    font.pixelSize: Theme.body
                    font.bold: stop.now
                    Accessible.description: stop.passed ? qsTr("done") : stop.now ? qsTr("now") : ""
                }
            }
        }
    }

    Rectangle {
        id: simulated
        visible: rail.partsSimulated.length > 0 || rail.measuringSimulated
        x: Theme.mm(4)
        width: rail.width - Theme.mm(8)
        height: simulatedWords.height + Theme.mm(4)
        anchors.bottom: help.top
        anchors.bottomMargin: Theme.mm(4)
        radius: Theme.mm(2)
        color: Theme.sun
        Column {
            id: simulatedWords
            x: Theme.mm(2.5)
            y: Theme.mm(2)
            width: parent.width - Theme.mm(5)
            Words {
                width: parent.width
                text: qsTr("Simulated")
                color: Theme.railDeep
                font.pixelSize: Theme.body
                font.bold: true
                lineHeight: 1
            }
            Words {
                width: parent.width
                visible: text !== ""
                text: rail.partsSimulated.map(part => Codes.part(part)).join(", ")
                color: Theme.railDeep
                font.pixelSize: Theme.small
                lineHeight: 1
            }
        }
    }

    component RailButton: Pressable {
        id: railButton
        property string symbol
        x: Theme.mm(4)
        width: rail.width - Theme.mm(8)
        height: Theme.mm(18)
        background: Rectangle {
            radius: Theme.radius
            color: railButton.down ? Theme.steel : Theme.railDeep
            border.color: Theme.foam
            border.width: Theme.mm(0.5)
        }
        contentItem: Item {
            Icon {
                id: railSymbol
                x: Theme.mm(4)
                anchors.verticalCenter: parent.verticalCenter
                name: railButton.symbol
                size: Theme.mm(9)
                ink: Theme.white
                tint: "transparent"
                thickness: 4
            }
            Text {
                anchors.left: railSymbol.right
                anchors.leftMargin: Theme.mm(3)
                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                text: railButton.text
                textFormat: Text.PlainText
                color: Theme.white
                font.pixelSize: Theme.mm(6.6)
                font.bold: true
            }
        }
    }

    RailButton {
        id: help
        anchors.bottom: leave.top
        anchors.bottomMargin: Theme.mm(3.4)
        text: qsTr("Help")
        symbol: "help"
        onClicked: rail.touch.ask_help()
    }
    RailButton {
        id: leave
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.mm(6)
        text: qsTr("Leave")
        symbol: "leave"
        onClicked: rail.touch.ask_leave()
    }
}
