import QtQuick
import ui.touch.controls
import ui.touch.theme
import ui.touch.words

PageFrame {
    id: page

    property var view

    title: qsTr("Your name, as on your papers")

    function submit() {
        if (birthName.field.activeFocus && givenNames.text === "")
            givenNames.take();
        else
            touch.give_names(birthName.text.trim(), givenNames.text.trim());
    }

    onViewChanged: {
        if (view.problems.birth_name)
            birthName.take();
        else if (view.problems.given_names)
            givenNames.take();
    }
    Component.onCompleted: birthName.take()

    Row {
        id: fields
        anchors { left: parent.left; right: parent.right; top: parent.top }
        spacing: Theme.mm(6)
        EntryField {
            id: birthName
            width: (parent.width - parent.spacing) / 2
            label: qsTr("Name at birth")
            maximumLength: 100
            problem: Codes.nameProblem(page.view.problems.birth_name ?? "")
            onAccepted: page.submit()
        }
        EntryField {
            id: givenNames
            width: (parent.width - parent.spacing) / 2
            label: qsTr("Given names")
            maximumLength: 100
            problem: Codes.nameProblem(page.view.problems.given_names ?? "")
            onAccepted: page.submit()
        }
    }
    LetterKeyboard {
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom }
        keys: page.touch.keys
        field: givenNames.field.activeFocus ? givenNames.field : birthName.field
    }
    footer: PushButton {
        kind: "main"
        symbol: "next"
        symbolAfter: true
        text: qsTr("Continue")
        onClicked: page.touch.give_names(birthName.text.trim(), givenNames.text.trim())
    }
}
