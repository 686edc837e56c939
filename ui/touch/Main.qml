pragma ComponentBehavior: Bound
import QtQuick
import ui.touch
import ui.touch.theme

// One window: the rail, the page of the view, a dialog over it. Nobody there: a page of nobody.
Window {
    id: window

    required property TouchModel touch
    property bool fullscreen: false

    readonly property var files: ({
        "hygiene": "desk/HygienePage.qml",
        "welcome": "desk/WelcomePage.qml",
        "unavailable": "desk/UnavailablePage.qml",
        "goodbye": "desk/GoodbyePage.qml",
        "information": "agreement/InformationPage.qml",
        "consent": "agreement/ConsentPage.qml",
        "names": "identity/NamesPage.qml",
        "birth_date": "identity/BirthDatePage.qml",
        "sex": "identity/SexPage.qml",
        "birth_place": "identity/BirthPlacePage.qml",
        "accompanied": "identity/AccompaniedPage.qml",
        "reason": "reason/ReasonPage.qml",
        "red_flags": "reason/RedFlagsPage.qml",
        "emergency": "reason/EmergencyPage.qml",
        "measure": "measure/MeasurePage.qml",
        "waiting": "call/WaitingPage.qml",
        "meet_doctor": "call/MeetDoctorPage.qml",
        "call": "call/CallPage.qml",
        "after_call": "report/AfterCallPage.qml",
        "report": "report/ReportPage.qml"
    })

    // The page on the screen, or null. A page of the same kind keeps its fields.
    property Item page: null
    property string drawn: ""

    function draw() {
        if (touch.tag !== drawn) {
            drawn = touch.tag;
            page = null;
            if (drawn === "") {
                loader.source = "";
            } else {
                const file = files[drawn] ?? "desk/UnknownPage.qml";
                loader.setSource(Qt.resolvedUrl(`features/${file}`), {"touch": touch, "view": touch.page});
                page = loader.item as Item;
            }
        } else if (loader.item) {
            loader.item["view"] = touch.page;
        }
    }

    visible: true
    visibility: fullscreen ? Window.FullScreen : Window.Windowed
    flags: fullscreen ? Qt.Window | Qt.FramelessWindowHint : Qt.Window
    color: Theme.paper
    title: "Télécabine"

    // the booth's screen has no other program to go to
    onClosing: close => close.accepted = false

    Component.onCompleted: draw()

    Connections {
        target: window.touch
        function onShown() {
            window.draw();
        }
    }

    Rail {
        id: rail
        visible: window.touch.present
        touch: window.touch
        height: parent.height
    }

    Loader {
        id: loader
        anchors { left: rail.right; right: parent.right; top: parent.top; bottom: parent.bottom }
        enabled: window.touch.dialog === ""
    }

    Loader {
        anchors.fill: loader
        active: window.touch.dialog !== ""
        sourceComponent: DialogSheet {
            touch: window.touch
        }
    }

    OneMoment {
        anchors.fill: parent
        visible: !window.touch.present
    }
}
