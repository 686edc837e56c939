pragma Singleton
import QtQuick

// Words for the codes a view carries. A code nobody knows gets a neutral sentence, never a blank.
QtObject {
    function part(code: string): string {
        switch (code) {
        case "oximeter": return qsTr("Finger clip");
        case "camera": return qsTr("Camera");
        case "microphone": return qsTr("Microphone");
        case "clinic": return qsTr("Line to the doctors");
        }
        return qsTr("Another part");
    }
    function partSymbol(code: string): string {
        return ["oximeter", "camera", "microphone", "clinic"].includes(code) ? code : "plug";
    }
    function ready(code: string): string {
        switch (code) {
        case "ready": return qsTr("works");
        case "checking": return qsTr("being checked…");
        case "absent": return qsTr("not there");
        case "busy": return qsTr("in use");
        case "fault": return qsTr("out of order");
        }
        return qsTr("state not known");
    }
    function reason(code: string): string {
        switch (code) {
        case "fever": return qsTr("Fever");
        case "throat": return qsTr("Sore throat");
        case "cough": return qsTr("Cough, cold");
        case "ear": return qsTr("Ear pain");
        case "breathing": return qsTr("Breathing");
        case "skin": return qsTr("Skin");
        case "digestion": return qsTr("Stomach, digestion");
        case "urinary": return qsTr("Burning when passing urine");
        case "pain": return qsTr("Pain");
        case "renewal": return qsTr("Renew a prescription");
        case "other": return qsTr("Something else");
        }
        return qsTr("Another reason");
    }
    function redFlag(code: string): string {
        switch (code) {
        case "chest_pain": return qsTr("Pain or tightness in the chest");
        case "short_of_breath": return qsTr("Great difficulty breathing");
        case "stroke_signs": return qsTr("Drooping face, weak arm or trouble speaking");
        case "bleeding": return qsTr("Bleeding that does not stop");
        case "unconscious": return qsTr("Fainting, or about to faint");
        case "allergy": return qsTr("Swelling of the face or throat");
        case "self_harm": return qsTr("Wanting to die or to hurt yourself");
        case "infant": return qsTr("A sick baby under three months old");
        }
        return qsTr("Another serious sign");
    }
    function quantity(code: string): string {
        switch (code) {
        case "spo2": return qsTr("Oxygen in the blood");
        case "pulse_rate": return qsTr("Pulse");
        }
        return qsTr("Measured value");
    }
    function quantityShort(code: string): string {
        switch (code) {
        case "spo2": return qsTr("Oxygen");
        case "pulse_rate": return qsTr("Pulse");
        }
        return qsTr("Value");
    }
    function unit(code: string): string {
        switch (code) {
        case "%": return "%";
        case "/min": return qsTr("per minute");
        }
        return code;
    }
    function quality(code: string): string {
        switch (code) {
        case "low_perfusion":
        case "marginal_perfusion": return qsTr("The signal was weak.");
        case "artifact":
        case "out_of_track":
        case "unstable": return qsTr("The finger moved.");
        case "implausible": return qsTr("An unusual value.");
        case "frames_lost": return qsTr("Some of the signal was lost.");
        case "low_battery": return qsTr("The clip's battery is low.");
        }
        return qsTr("The device added a remark.");
    }
    function coaching(code: string): string {
        switch (code) {
        case "place_finger": return qsTr("Slide one finger into the clip, right to the end.");
        case "keep_still": return qsTr("Rest your hand and keep it still.");
        case "warm_hand": return qsTr("Your hand is cold. Rub your hands together to warm them.");
        case "remove_varnish": return qsTr("Nail varnish can hide the signal. Try a finger without varnish.");
        case "place_again": return qsTr("Take your finger out, then put it back in, right to the end.");
        case "almost_done": return qsTr("Nearly done. Do not move.");
        }
        return qsTr("Keep your finger in the clip and stay calm.");
    }
    function failure(code: string): string {
        switch (code) {
        case "device_absent": return qsTr("The finger clip is not connected.");
        case "device_busy": return qsTr("The finger clip is being used by another program.");
        case "unplugged": return qsTr("The finger clip came unplugged.");
        case "no_signal": return qsTr("The clip could not feel your pulse.");
        case "timed_out": return qsTr("The measurement took too long.");
        case "storage": return qsTr("The value could not be kept.");
        }
        return qsTr("The measurement did not work.");
    }
    function remedy(code: string): string {
        switch (code) {
        case "device_absent":
        case "unplugged": return qsTr("Ask the pharmacist to plug it in, then try again. You can also go on without it.");
        case "device_busy": return qsTr("Wait a moment, then try again. You can also go on without it.");
        case "no_signal": return qsTr("Warm your hand, or choose another finger without varnish, then try again.");
        case "timed_out": return qsTr("Rest your hand on the shelf, keep still, then try again.");
        case "storage": return qsTr("Try again. If it fails once more, open the door and call the pharmacist.");
        }
        return qsTr("Try again. You can also go on without it: the doctor will see you all the same.");
    }
    function outcome(code: string): string {
        switch (code) {
        case "resolved": return qsTr("The doctor has answered your request.");
        case "reassured": return qsTr("The doctor found nothing worrying.");
        case "physical_visit": return qsTr("You need to see a doctor in person.");
        case "emergency": return qsTr("You need emergency care. Stay with the pharmacist.");
        case "technical_failure": return qsTr("A technical problem stopped the consultation.");
        case "patient_left": return qsTr("You left before the end.");
        }
        return qsTr("The doctor has closed the consultation.");
    }
    // What the goodbye page says of how it ended; nothing where the patient knows.
    function ending(outcome: string, why: string): string {
        switch (why) {
        case "report_read": return outcome === "" ? "" : Codes.outcome(outcome);
        case "patient_left": return qsTr("You chose to leave. The pharmacist can help you.");
        case "consent_refused": return qsTr("You did not agree to a video consultation. The pharmacist can help you.");
        case "emergency": return Codes.outcome("emergency");
        case "unaccompanied": return qsTr("Come back with an adult, or speak to the pharmacist.");
        }
        return outcome === "" ? qsTr("The consultation has ended.") : Codes.outcome(outcome);
    }
    function nameProblem(code: string): string {
        switch (code) {
        case "": return "";
        case "empty": return qsTr("Please fill this in.");
        case "characters": return qsTr("Only letters, spaces, hyphens and apostrophes.");
        case "too_long": return qsTr("This is too long. Please shorten it.");
        }
        return qsTr("Please check this.");
    }
    function dateProblem(code: string): string {
        switch (code) {
        case "": return "";
        case "empty": return qsTr("Please fill in the day, the month and the year.");
        case "not_a_date": return qsTr("This date does not exist. Please check it.");
        case "future": return qsTr("This date is still to come. Please check it.");
        case "too_old": return qsTr("This date is too long ago. Please check the year.");
        }
        return qsTr("Please check this date.");
    }
    function unavailable(code: string): string {
        switch (code) {
        case "storage": return qsTr("The booth cannot keep what would be measured here.");
        }
        return qsTr("The booth cannot see anyone at the moment.");
    }
    function callState(code: string): string {
        switch (code) {
        case "connecting": return qsTr("The doctor's picture is coming…");
        case "connected": return "";
        case "reconnecting": return qsTr("The picture was lost. It is coming back by itself. Please stay.");
        case "no_media": return qsTr("There is no picture and no sound. The doctor still sees your measurements and can still write the report.");
        }
        return qsTr("One moment please.");
    }
    function number(value: string, language: string): string {
        return language === "fr" ? value.replace(".", ",") : value;
    }
    function money(cents: int, language: string): string {
        const amount = (cents / 100).toLocaleString(Qt.locale(language), "f", 2);
        return language === "fr" ? `${amount}\u00a0€` : `€${amount}`;
    }
}
