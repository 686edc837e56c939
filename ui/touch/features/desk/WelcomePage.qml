pragma ComponentBehavior: Bound
import QtQuick
import ui.touch
import ui.touch.art
import ui.touch.controls
import ui.touch.theme
import ui.touch.words

Item {
    id: page

    required property TouchModel touch
    property var view

    component LanguageButton: Pressable {
        id: languageButton
        property string code
        readonly property bool spoken: page.touch.language === code
        width: Theme.mm(62)
        height: Theme.mm(19)
        Accessible.role: Accessible.RadioButton
        Accessible.checkable: true
        Accessible.checked: spoken
        background: Rectangle {
            radius: Theme.radius
            color: languageButton.spoken ? Theme.mist : Theme.card
            border.color: languageButton.spoken ? Theme.sea : Theme.edge
            border.width: languageButton.spoken ? Theme.mm(1) : Theme.mm(0.5)
        }
        contentItem: Item {
            Text {
                id: languageText
                anchors.centerIn: parent
                text: languageButton.text
                color: Theme.ink
                font.pixelSize: Theme.large
                font.bold: languageButton.spoken
            }
            Icon {
                visible: languageButton.spoken
                anchors.verticalCenter: parent.verticalCenter
                anchors.right: languageText.left
                anchors.rightMargin: Theme.mm(2)
                name: "check"
                size: Theme.mm(7)
                thickness: 5
            }
        }
        onClicked: page.touch.choose_language(code)
    }

    Row {
        id: languages
        anchors { right: parent.right; top: parent.top }
        anchors.rightMargin: Theme.margin
        anchors.topMargin: Theme.mm(8)
        spacing: Theme.gap * 1.5
        LanguageButton { code: "fr"; text: "Français" }
        LanguageButton { code: "en"; text: "English" }
    }

    BoothScene {
        id: scene
        anchors { left: parent.left; top: languages.bottom; bottom: ready.top }
        anchors.leftMargin: Theme.mm(6)
        anchors.topMargin: Theme.mm(4)
        anchors.bottomMargin: Theme.mm(4)
        width: parent.width * 0.46
    }

    Column {
        anchors { left: scene.right; right: parent.right; verticalCenter: scene.verticalCenter }
        anchors.leftMargin: Theme.mm(6)
        anchors.rightMargin: Theme.margin
        spacing: Theme.mm(5)
        Words {
            width: parent.width
            text: qsTr("Hello")
            font.pixelSize: Theme.hero
            font.bold: true
            Accessible.role: Accessible.Heading
        }
        Words {
            width: parent.width
            text: qsTr("See a doctor by video, here.")
            font.pixelSize: Theme.large
        }
        PushButton {
            width: parent.width
            height: Theme.mm(28)
            kind: "main"
            textSize: Theme.title
            symbol: "next"
            symbolAfter: true
            text: qsTr("Start")
            onClicked: page.touch.start()
        }
        Row {
            width: parent.width
            spacing: Theme.mm(3)
            Icon {
                id: urgent
                name: "alert"
                size: Theme.mm(8)
                ink: Theme.alarm
                tint: Theme.rose
            }
            Words {
                width: parent.width - urgent.width - Theme.mm(3)
                text: qsTr("In an emergency, do not wait: call 15 or 112.")
                color: Theme.alarm
            }
        }
    }

    Card {
        id: ready
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        anchors.margins: Theme.margin
        anchors.bottomMargin: Theme.mm(6)
        height: Theme.mm(31)
        Grid {
            anchors.fill: parent
            anchors.margins: Theme.mm(3)
            columns: 2
            columnSpacing: Theme.mm(4)
            rowSpacing: Theme.mm(1)
            Repeater {
                model: page.view ? page.view.readiness : []
                Item {
                    id: part
                    required property var modelData
                    readonly property bool works: modelData.state === "ready"
                    readonly property bool checking: modelData.state === "checking"
                    width: (ready.width - Theme.mm(10)) / 2
                    height: Theme.mm(12)
                    Icon {
                        id: partSymbol
                        anchors.verticalCenter: parent.verticalCenter
                        name: Codes.partSymbol(part.modelData.part)
                        size: Theme.mm(9)
                    }
                    Words {
                        id: partWords
                        anchors { left: partSymbol.right; leftMargin: Theme.mm(3); verticalCenter: parent.verticalCenter }
                        anchors.right: stateWords.left
                        anchors.rightMargin: Theme.mm(2)
                        text: Codes.part(part.modelData.part)
                        font.pixelSize: Theme.small
                        lineHeight: 0.95
                    }
                    Icon {
                        id: stateSymbol
                        anchors.verticalCenter: parent.verticalCenter
                        anchors.right: parent.right
                        anchors.rightMargin: Theme.mm(1)
                        name: part.works ? "check" : part.checking ? "clock" : "cross"
                        size: Theme.mm(7)
                        ink: part.works ? Theme.moss : part.checking ? Theme.soft : Theme.bark
                        tint: "transparent"
                        thickness: 5
                    }
                    Words {
                        id: stateWords
                        anchors { right: stateSymbol.left; rightMargin: Theme.mm(2); verticalCenter: parent.verticalCenter }
                        width: implicitWidth
                        wrapMode: Text.NoWrap
                        text: Codes.ready(part.modelData.state)
                        color: part.works ? Theme.moss : part.checking ? Theme.soft : Theme.bark
                        font.pixelSize: Theme.small
                        font.bold: true
                    }
                }
            }
        }
    }
}
