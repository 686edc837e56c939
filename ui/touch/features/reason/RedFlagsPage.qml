pragma ComponentBehavior: Bound
import QtQuick
import ui.touch.controls
import ui.touch.theme
import ui.touch.words

PageFrame {
    id: page

    property var view
    property var ticked: []
    readonly property int rows: Math.ceil(view.choices.length / 4)

    title: qsTr("Is one of these happening now?")
    lead: qsTr("Touch all that apply.")

    function tick(flag: string, on: bool) {
        const others = ticked.filter(each => each !== flag);
        ticked = on ? others.concat([flag]) : others;
    }

    Grid {
        id: grid
        anchors.fill: parent
        columns: 4
        spacing: Theme.gap
        Repeater {
            model: page.view.choices
            ChoiceTile {
                required property string modelData
                width: (grid.width - 3 * grid.spacing) / 4
                height: Math.min(Theme.mm(72), (grid.height - (page.rows - 1) * grid.spacing) / page.rows)
                checkable: true
                accent: Theme.alarm
                accentPaper: Theme.rose
                symbol: modelData
                symbolSize: Math.min(Theme.mm(23), height * 0.36)
                text: Codes.redFlag(modelData)
                onToggled: page.tick(modelData, checked)
            }
        }
    }
    footer: [
        PushButton {
            kind: "main"
            enabled: page.ticked.length === 0
            symbol: "check"
            text: qsTr("None of these")
            onClicked: page.touch.answer_red_flags([])
        },
        PushButton {
            kind: "danger"
            enabled: page.ticked.length > 0
            textSize: Theme.large
            symbol: "next"
            symbolAfter: true
            text: qsTr("Yes, this is happening")
            onClicked: page.touch.answer_red_flags(page.ticked)
        }
    ]
}
