import QtQuick
import ui.touch.controls
import ui.touch.theme
import ui.touch.words

PageFrame {
    id: page

    property var view
    readonly property string problem: Codes.dateProblem(view.problems.birth_date ?? Object.values(view.problems)[0] ?? "")

    title: qsTr("Your date of birth")

    onViewChanged: {
        if (problem !== "")
            day.take();
    }
    Component.onCompleted: day.take()

    function erase() {
        // an empty box hands the erasing to the one before it
        if (year.field.activeFocus && year.text === "")
            month.take();
        if (month.field.activeFocus && month.text === "")
            day.take();
        touch.keys.backspace();
    }

    Column {
        id: boxes
        anchors { left: parent.left; verticalCenter: parent.verticalCenter }
        width: parent.width - pad.width - Theme.mm(12)
        spacing: Theme.mm(5)
        Row {
            width: parent.width
            spacing: Theme.mm(4)
            EntryField {
                id: day
                width: (parent.width - 2 * parent.spacing) * 0.28
                label: qsTr("Day")
                hint: "05"
                centred: true
                big: true
                keepsProblemRoom: false
                maximumLength: 2
                hints: Qt.ImhDigitsOnly | Qt.ImhSensitiveData
                validator: RegularExpressionValidator { regularExpression: /[0-9]{0,2}/ }
                onTextChanged: if (text.length === 2 && field.activeFocus) month.take()
                onAccepted: month.take()
            }
            EntryField {
                id: month
                width: (parent.width - 2 * parent.spacing) * 0.28
                label: qsTr("Month")
                hint: "03"
                centred: true
                big: true
                keepsProblemRoom: false
                maximumLength: 2
                hints: Qt.ImhDigitsOnly | Qt.ImhSensitiveData
                validator: RegularExpressionValidator { regularExpression: /[0-9]{0,2}/ }
                onTextChanged: if (text.length === 2 && field.activeFocus) year.take()
                onAccepted: year.take()
            }
            EntryField {
                id: year
                width: (parent.width - 2 * parent.spacing) * 0.44
                label: qsTr("Year")
                hint: "1946"
                centred: true
                big: true
                keepsProblemRoom: false
                maximumLength: 4
                hints: Qt.ImhDigitsOnly | Qt.ImhSensitiveData
                validator: RegularExpressionValidator { regularExpression: /[0-9]{0,4}/ }
                onAccepted: page.touch.give_birth_date(day.text, month.text, year.text)
            }
        }
        Row {
            width: parent.width
            height: Math.max(Theme.mm(16), problemWords.height)
            spacing: Theme.mm(3)
            Icon {
                visible: page.problem !== ""
                name: "alert"
                size: Theme.mm(9)
                ink: Theme.alarm
                tint: Theme.rose
            }
            Words {
                id: problemWords
                width: parent.width - (page.problem !== "" ? Theme.mm(12) : 0)
                text: page.problem !== "" ? page.problem : qsTr("Example: 5 March 1946 is typed 05 03 1946.")
                color: page.problem !== "" ? Theme.alarm : Theme.soft
                font.bold: page.problem !== ""
            }
        }
    }
    DigitPad {
        id: pad
        anchors { right: parent.right; verticalCenter: parent.verticalCenter }
        keys: page.touch.keys
        side: Math.min(Theme.mm(24), (parent.height - 3 * Theme.gap) / 4)
        onTyped: digit => page.touch.keys.commit(digit)
        onErased: page.erase()
    }
    footer: PushButton {
        kind: "main"
        symbol: "next"
        symbolAfter: true
        text: qsTr("Continue")
        onClicked: page.touch.give_birth_date(day.text, month.text, year.text)
    }
}
