import QtQuick
import ui.touch.controls
import ui.touch.words

PageFrame {
    id: page

    property var view

    title: qsTr("Your place of birth")

    Component.onCompleted: place.take()

    EntryField {
        id: place
        anchors { left: parent.left; right: parent.right; top: parent.top }
        label: qsTr("Town, and country if it is not France")
        hint: qsTr("Example: Lille, or: Porto, Portugal")
        maximumLength: 100
        problem: Codes.nameProblem(page.view.problems.place ?? page.view.problems.birth_place ?? "")
        onAccepted: page.touch.give_birth_place(place.text.trim())
    }
    LetterKeyboard {
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        keys: page.touch.keys
        field: place.field
        places: true
    }
    footer: PushButton {
        kind: "main"
        symbol: "next"
        symbolAfter: true
        text: qsTr("Continue")
        onClicked: page.touch.give_birth_place(place.text.trim())
    }
}
