pragma ComponentBehavior: Bound
import QtQuick
import ui.touch.controls
import ui.touch.theme
import ui.touch.words

PageFrame {
    id: page

    property var view
    readonly property int rows: Math.ceil(view.choices.length / 4)

    title: qsTr("Why are you here today?")
    lead: qsTr("Touch what troubles you most.")

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
                height: Math.min(Theme.mm(54), (grid.height - (page.rows - 1) * grid.spacing) / page.rows)
                symbol: modelData
                symbolSize: Math.min(Theme.mm(19), height * 0.36)
                text: Codes.reason(modelData)
                onClicked: page.touch.give_reason(modelData)
            }
        }
    }
}
