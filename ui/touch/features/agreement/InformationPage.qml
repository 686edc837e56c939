pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import ui.touch.controls
import ui.touch.theme
import ui.touch.words

PageFrame {
    id: page

    property var view
    readonly property int rest: Math.max(0, view.price_cents - view.covered_cents)

    title: qsTr("What will happen")

    component Fact: Card {
        id: fact
        property string symbol
        property string heading
        property string words
        Layout.fillWidth: true
        Layout.fillHeight: true
        Layout.preferredHeight: factColumn.implicitHeight + Theme.mm(6)
        implicitHeight: Layout.preferredHeight
        Icon {
            id: factSymbol
            x: Theme.mm(4)
            y: (parent.height - height) / 2
            name: fact.symbol
            size: Theme.mm(13)
        }
        Column {
            id: factColumn
            anchors { left: factSymbol.right; right: parent.right; verticalCenter: parent.verticalCenter }
            anchors.leftMargin: Theme.mm(4)
            anchors.rightMargin: Theme.mm(4)
            Words {
                width: parent.width
                text: fact.heading
                font.bold: true
                lineHeight: 1.05
            }
            Words {
                width: parent.width
                text: fact.words
                font.pixelSize: Theme.small
                lineHeight: 1.05
            }
        }
    }

    RowLayout {
        anchors.fill: parent
        spacing: Theme.mm(6)

        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredWidth: 45
            spacing: Theme.gap
            Repeater {
                model: [
                    {symbol: "message", words: qsTr("You answer a few questions.")},
                    {symbol: "oximeter", words: qsTr("You measure your oxygen with a clip on one finger.")},
                    {symbol: "clinic", words: qsTr("A doctor sees you and talks with you by video.")},
                    {symbol: "report", words: qsTr("The doctor's report appears here.")}
                ]
                Card {
                    id: step
                    required property var modelData
                    required property int index
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    color: Theme.mist
                    border.width: 0
                    Rectangle {
                        id: number
                        x: Theme.mm(4)
                        anchors.verticalCenter: parent.verticalCenter
                        width: Theme.mm(13)
                        height: width
                        radius: width / 2
                        color: Theme.sea
                        Text {
                            anchors.centerIn: parent
                            text: step.index + 1
                            color: Theme.white
                            font.pixelSize: Theme.large
                            font.bold: true
                        }
                    }
                    Words {
                        anchors { left: number.right; right: stepSymbol.left; verticalCenter: parent.verticalCenter }
                        anchors.leftMargin: Theme.mm(4)
                        anchors.rightMargin: Theme.mm(3)
                        text: step.modelData.words
                    }
                    Icon {
                        id: stepSymbol
                        anchors { right: parent.right; rightMargin: Theme.mm(4); verticalCenter: parent.verticalCenter }
                        name: step.modelData.symbol
                        size: Theme.mm(14)
                        tint: Theme.card
                    }
                }
            }
        }
        ColumnLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.preferredWidth: 55
            spacing: Theme.gap
            Fact {
                symbol: "euro"
                heading: qsTr("Price: %1").arg(Codes.money(page.view.price_cents, page.touch.language))
                words: page.rest === 0
                       ? qsTr("If you have French health insurance, you pay nothing.")
                       : qsTr("The French health insurance covers %1. What is left, %2, is for you or your complementary insurance.")
                         .arg(Codes.money(page.view.covered_cents, page.touch.language))
                         .arg(Codes.money(page.rest, page.touch.language))
            }
            Fact {
                symbol: "plug"
                heading: qsTr("If picture or sound fail")
                words: qsTr("Your measurements stay with the doctor, who can still write to you. Otherwise the pharmacist helps you to find another doctor.")
            }
            Fact {
                symbol: "hand"
                heading: qsTr("What a doctor cannot do from afar")
                words: qsTr("The doctor cannot touch you, and may ask you to see a doctor in person.")
            }
            Fact {
                symbol: "shield"
                heading: qsTr("Between you and the doctor")
                words: qsTr("The call is not recorded. You may stop at any time.")
            }
        }
    }
    footer: PushButton {
        kind: "main"
        symbol: "next"
        symbolAfter: true
        text: qsTr("I have understood")
        onClicked: page.touch.go_on()
    }
}
