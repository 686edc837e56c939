<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr" sourcelanguage="en">
<context>
    <name>AccompaniedPage</name>
    <message>
        <source>The patient is under 16</source>
        <translation>Le patient a moins de 16 ans</translation>
    </message>
    <message>
        <source>Is an adult here, or has a parent agreed to this consultation?</source>
        <translation>Un adulte est-il là, ou un parent a-t-il donné son accord&#xa0;?</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>Oui</translation>
    </message>
    <message>
        <source>An adult is here, or a parent has agreed.</source>
        <translation>Un adulte est là, ou un parent a donné son accord.</translation>
    </message>
    <message>
        <source>No</source>
        <translation>Non</translation>
    </message>
    <message>
        <source>Nobody is here and no parent knows.</source>
        <translation>Il n’y a personne et aucun parent n’est au courant.</translation>
    </message>
</context>
<context>
    <name>AfterCallPage</name>
    <message>
        <source>Your report is being written</source>
        <translation>Votre compte rendu s’écrit</translation>
    </message>
    <message>
        <source>The call is over</source>
        <translation>L’appel est terminé</translation>
    </message>
    <message>
        <source>The doctor now writes your report.</source>
        <translation>Le médecin écrit maintenant votre compte rendu.</translation>
    </message>
    <message>
        <source>I wait here</source>
        <translation>J’attends ici</translation>
    </message>
    <message>
        <source>The report appears on this screen. You read it, then you go.</source>
        <translation>Le compte rendu s’affiche sur cet écran. Vous le lisez, puis vous partez.</translation>
    </message>
    <message>
        <source>I leave now</source>
        <translation>Je pars maintenant</translation>
    </message>
    <message>
        <source>If you leave now, you will not see the report here. Ask the doctor, or the pharmacist, how to get it.</source>
        <translation>Si vous partez maintenant, vous ne verrez pas le compte rendu ici. Demandez au médecin, ou au pharmacien, comment l’avoir.</translation>
    </message>
    <message>
        <source>is writing your report. It will appear here by itself.</source>
        <translation>écrit votre compte rendu. Il s’affichera ici tout seul.</translation>
    </message>
    <message>
        <source>You may also leave, but then you will not see the report here. Ask the pharmacist how to get it.</source>
        <translation>Vous pouvez aussi partir, mais vous ne verrez pas le compte rendu ici. Demandez au pharmacien comment l’avoir.</translation>
    </message>
</context>
<context>
    <name>BirthDatePage</name>
    <message>
        <source>Your date of birth</source>
        <translation>Votre date de naissance</translation>
    </message>
    <message>
        <source>Day</source>
        <translation>Jour</translation>
    </message>
    <message>
        <source>Month</source>
        <translation>Mois</translation>
    </message>
    <message>
        <source>Year</source>
        <translation>Année</translation>
    </message>
    <message>
        <source>Example: 5 March 1946 is typed 05 03 1946.</source>
        <translation>Exemple&#xa0;: le 5 mars 1946 s’écrit 05 03 1946.</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Continuer</translation>
    </message>
</context>
<context>
    <name>BirthPlacePage</name>
    <message>
        <source>Your place of birth</source>
        <translation>Votre lieu de naissance</translation>
    </message>
    <message>
        <source>Town, and country if it is not France</source>
        <translation>Ville, et pays si ce n’est pas la France</translation>
    </message>
    <message>
        <source>Example: Lille, or: Porto, Portugal</source>
        <translation>Exemple&#xa0;: Lille, ou&#xa0;: Porto, Portugal</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Continuer</translation>
    </message>
</context>
<context>
    <name>CallPage</name>
    <message>
        <source>The doctor&apos;s picture stands still. Keep talking, or wait a moment.</source>
        <translation>L’image du médecin est figée. Continuez à parler, ou attendez un instant.</translation>
    </message>
    <message>
        <source>The doctor&apos;s picture</source>
        <translation>L’image du médecin</translation>
    </message>
    <message>
        <source>Your own picture</source>
        <translation>Votre image</translation>
    </message>
    <message>
        <source>Your picture stands still</source>
        <translation>Votre image est figée</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Vous</translation>
    </message>
    <message>
        <source>No camera: the doctor cannot see you</source>
        <translation>Pas de caméra&#xa0;: le médecin ne vous voit pas</translation>
    </message>
    <message>
        <source>The doctor asks you to measure.</source>
        <translation>Le médecin demande une mesure.</translation>
    </message>
    <message>
        <source>Simulated device</source>
        <translation>Appareil simulé</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Réessayer</translation>
    </message>
    <message>
        <source>Measure again</source>
        <translation>Refaire la mesure</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Terminé</translation>
    </message>
    <message>
        <source>Without measuring</source>
        <translation>Sans mesurer</translation>
    </message>
    <message>
        <source>Recorded:</source>
        <translation>Enregistré&#xa0;:</translation>
    </message>
    <message>
        <source>Softer</source>
        <translation>Moins fort</translation>
    </message>
    <message>
        <source>Sound: off</source>
        <translation>Son&#xa0;: coupé</translation>
    </message>
    <message>
        <source>Sound: %1</source>
        <translation>Son&#xa0;:&#xa0;%1</translation>
    </message>
    <message>
        <source>Louder</source>
        <translation>Plus fort</translation>
    </message>
    <message>
        <source>No microphone</source>
        <translation>Pas de microphone</translation>
    </message>
    <message>
        <source>Microphone off: turn on</source>
        <translation>Micro coupé&#xa0;: rallumer</translation>
    </message>
    <message>
        <source>Mute my microphone</source>
        <translation>Couper mon micro</translation>
    </message>
    <message>
        <source>The doctor has been told</source>
        <translation>Le médecin est prévenu</translation>
    </message>
    <message>
        <source>I can&apos;t hear you</source>
        <translation>Je ne vous entends pas</translation>
    </message>
</context>
<context>
    <name>Codes</name>
    <message>
        <source>Finger clip</source>
        <translation>Pince de doigt</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>Caméra</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>Microphone</translation>
    </message>
    <message>
        <source>Line to the doctors</source>
        <translation>Liaison avec les médecins</translation>
    </message>
    <message>
        <source>Another part</source>
        <translation>Un autre élément</translation>
    </message>
    <message>
        <source>works</source>
        <translation>fonctionne</translation>
    </message>
    <message>
        <source>being checked…</source>
        <translation>vérification…</translation>
    </message>
    <message>
        <source>not there</source>
        <translation>non disponible</translation>
    </message>
    <message>
        <source>in use</source>
        <translation>en cours d’usage</translation>
    </message>
    <message>
        <source>out of order</source>
        <translation>en panne</translation>
    </message>
    <message>
        <source>state not known</source>
        <translation>état inconnu</translation>
    </message>
    <message>
        <source>Fever</source>
        <translation>Fièvre</translation>
    </message>
    <message>
        <source>Sore throat</source>
        <translation>Mal de gorge</translation>
    </message>
    <message>
        <source>Cough, cold</source>
        <translation>Toux, rhume</translation>
    </message>
    <message>
        <source>Ear pain</source>
        <translation>Mal d’oreille</translation>
    </message>
    <message>
        <source>Breathing</source>
        <translation>Respiration</translation>
    </message>
    <message>
        <source>Skin</source>
        <translation>Peau</translation>
    </message>
    <message>
        <source>Stomach, digestion</source>
        <translation>Ventre, digestion</translation>
    </message>
    <message>
        <source>Burning when passing urine</source>
        <translation>Brûlures en urinant</translation>
    </message>
    <message>
        <source>Pain</source>
        <translation>Douleur</translation>
    </message>
    <message>
        <source>Renew a prescription</source>
        <translation>Renouveler une ordonnance</translation>
    </message>
    <message>
        <source>Something else</source>
        <translation>Autre chose</translation>
    </message>
    <message>
        <source>Another reason</source>
        <translation>Un autre motif</translation>
    </message>
    <message>
        <source>Pain or tightness in the chest</source>
        <translation>Douleur ou serrement dans la poitrine</translation>
    </message>
    <message>
        <source>Great difficulty breathing</source>
        <translation>Beaucoup de mal à respirer</translation>
    </message>
    <message>
        <source>Drooping face, weak arm or trouble speaking</source>
        <translation>Visage déformé, bras faible ou mal à parler</translation>
    </message>
    <message>
        <source>Bleeding that does not stop</source>
        <translation>Saignement qui ne s’arrête pas</translation>
    </message>
    <message>
        <source>Fainting, or about to faint</source>
        <translation>Malaise ou perte de connaissance</translation>
    </message>
    <message>
        <source>Swelling of the face or throat</source>
        <translation>Gonflement du visage ou de la gorge</translation>
    </message>
    <message>
        <source>Wanting to die or to hurt yourself</source>
        <translation>Envie de mourir ou de se faire du mal</translation>
    </message>
    <message>
        <source>A sick baby under three months old</source>
        <translation>Bébé malade de moins de trois mois</translation>
    </message>
    <message>
        <source>Another serious sign</source>
        <translation>Un autre signe grave</translation>
    </message>
    <message>
        <source>Oxygen in the blood</source>
        <translation>Oxygène dans le sang</translation>
    </message>
    <message>
        <source>Pulse</source>
        <translation>Pouls</translation>
    </message>
    <message>
        <source>Measured value</source>
        <translation>Valeur mesurée</translation>
    </message>
    <message>
        <source>Oxygen</source>
        <translation>Oxygène</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Valeur</translation>
    </message>
    <message>
        <source>per minute</source>
        <translation>par minute</translation>
    </message>
    <message>
        <source>The signal was weak.</source>
        <translation>Le signal était faible.</translation>
    </message>
    <message>
        <source>The finger moved.</source>
        <translation>Le doigt a bougé.</translation>
    </message>
    <message>
        <source>An unusual value.</source>
        <translation>Valeur inhabituelle.</translation>
    </message>
    <message>
        <source>Some of the signal was lost.</source>
        <translation>Une partie du signal s’est perdue.</translation>
    </message>
    <message>
        <source>The clip&apos;s battery is low.</source>
        <translation>La pile de la pince est faible.</translation>
    </message>
    <message>
        <source>The device added a remark.</source>
        <translation>L’appareil a ajouté une remarque.</translation>
    </message>
    <message>
        <source>Slide one finger into the clip, right to the end.</source>
        <translation>Glissez un doigt dans la pince, bien jusqu’au fond.</translation>
    </message>
    <message>
        <source>Rest your hand and keep it still.</source>
        <translation>Posez votre main et ne la bougez plus.</translation>
    </message>
    <message>
        <source>Your hand is cold. Rub your hands together to warm them.</source>
        <translation>Votre main est froide. Frottez vos mains pour les réchauffer.</translation>
    </message>
    <message>
        <source>Nail varnish can hide the signal. Try a finger without varnish.</source>
        <translation>Le vernis peut cacher le signal. Essayez un doigt sans vernis.</translation>
    </message>
    <message>
        <source>Take your finger out, then put it back in, right to the end.</source>
        <translation>Retirez votre doigt, puis remettez-le bien jusqu’au fond.</translation>
    </message>
    <message>
        <source>Nearly done. Do not move.</source>
        <translation>C’est presque fini. Ne bougez pas.</translation>
    </message>
    <message>
        <source>Keep your finger in the clip and stay calm.</source>
        <translation>Gardez votre doigt dans la pince et restez calme.</translation>
    </message>
    <message>
        <source>The finger clip is not connected.</source>
        <translation>La pince de doigt n’est pas branchée.</translation>
    </message>
    <message>
        <source>The finger clip is being used by another program.</source>
        <translation>La pince de doigt est utilisée par un autre programme.</translation>
    </message>
    <message>
        <source>The finger clip came unplugged.</source>
        <translation>La pince de doigt s’est débranchée.</translation>
    </message>
    <message>
        <source>The clip could not feel your pulse.</source>
        <translation>La pince n’a pas senti votre pouls.</translation>
    </message>
    <message>
        <source>The measurement took too long.</source>
        <translation>La mesure a pris trop de temps.</translation>
    </message>
    <message>
        <source>The value could not be kept.</source>
        <translation>La valeur n’a pas pu être enregistrée.</translation>
    </message>
    <message>
        <source>The measurement did not work.</source>
        <translation>La mesure n’a pas marché.</translation>
    </message>
    <message>
        <source>Ask the pharmacist to plug it in, then try again. You can also go on without it.</source>
        <translation>Demandez au pharmacien de la brancher, puis réessayez. Vous pouvez aussi continuer sans elle.</translation>
    </message>
    <message>
        <source>Wait a moment, then try again. You can also go on without it.</source>
        <translation>Attendez un instant, puis réessayez. Vous pouvez aussi continuer sans elle.</translation>
    </message>
    <message>
        <source>Warm your hand, or choose another finger without varnish, then try again.</source>
        <translation>Réchauffez votre main, ou prenez un autre doigt sans vernis, puis réessayez.</translation>
    </message>
    <message>
        <source>Rest your hand on the shelf, keep still, then try again.</source>
        <translation>Posez votre main sur la tablette, ne bougez plus, puis réessayez.</translation>
    </message>
    <message>
        <source>Try again. If it fails once more, open the door and call the pharmacist.</source>
        <translation>Réessayez. Si cela ne marche toujours pas, ouvrez la porte et appelez le pharmacien.</translation>
    </message>
    <message>
        <source>Try again. You can also go on without it: the doctor will see you all the same.</source>
        <translation>Réessayez. Vous pouvez aussi continuer sans&#xa0;: le médecin vous verra quand même.</translation>
    </message>
    <message>
        <source>The doctor has answered your request.</source>
        <translation>Le médecin a répondu à votre demande.</translation>
    </message>
    <message>
        <source>The doctor found nothing worrying.</source>
        <translation>Le médecin n’a rien trouvé d’inquiétant.</translation>
    </message>
    <message>
        <source>You need to see a doctor in person.</source>
        <translation>Vous devez voir un médecin en personne.</translation>
    </message>
    <message>
        <source>You need emergency care. Stay with the pharmacist.</source>
        <translation>Il vous faut des soins urgents. Restez avec le pharmacien.</translation>
    </message>
    <message>
        <source>A technical problem stopped the consultation.</source>
        <translation>Un problème technique a arrêté la consultation.</translation>
    </message>
    <message>
        <source>You left before the end.</source>
        <translation>La consultation s’est arrêtée avant la fin.</translation>
    </message>
    <message>
        <source>The doctor has closed the consultation.</source>
        <translation>Le médecin a terminé la consultation.</translation>
    </message>
    <message>
        <source>You chose to leave. The pharmacist can help you.</source>
        <translation>Vous avez choisi de partir. Le pharmacien peut vous aider.</translation>
    </message>
    <message>
        <source>You did not agree to a video consultation. The pharmacist can help you.</source>
        <translation>Vous avez refusé la consultation en vidéo. Le pharmacien peut vous aider.</translation>
    </message>
    <message>
        <source>Come back with an adult, or speak to the pharmacist.</source>
        <translation>Revenez avec un adulte, ou parlez au pharmacien.</translation>
    </message>
    <message>
        <source>The consultation has ended.</source>
        <translation>La consultation est terminée.</translation>
    </message>
    <message>
        <source>Please fill this in.</source>
        <translation>Remplissez cette case.</translation>
    </message>
    <message>
        <source>Only letters, spaces, hyphens and apostrophes.</source>
        <translation>Seulement des lettres, espaces, tirets, apostrophes.</translation>
    </message>
    <message>
        <source>This is too long. Please shorten it.</source>
        <translation>C’est trop long. Raccourcissez.</translation>
    </message>
    <message>
        <source>Please check this.</source>
        <translation>Vérifiez cette case.</translation>
    </message>
    <message>
        <source>Please fill in the day, the month and the year.</source>
        <translation>Remplissez le jour, le mois et l’année.</translation>
    </message>
    <message>
        <source>This date does not exist. Please check it.</source>
        <translation>Cette date n’existe pas. Vérifiez-la.</translation>
    </message>
    <message>
        <source>This date is still to come. Please check it.</source>
        <translation>Cette date est dans le futur. Vérifiez-la.</translation>
    </message>
    <message>
        <source>This date is too long ago. Please check the year.</source>
        <translation>Cette date est trop ancienne. Vérifiez l’année.</translation>
    </message>
    <message>
        <source>Please check this date.</source>
        <translation>Vérifiez cette date.</translation>
    </message>
    <message>
        <source>The booth cannot keep what would be measured here.</source>
        <translation>La cabine ne peut rien enregistrer pour le moment.</translation>
    </message>
    <message>
        <source>The booth cannot see anyone at the moment.</source>
        <translation>La cabine ne peut recevoir personne pour le moment.</translation>
    </message>
    <message>
        <source>The doctor&apos;s picture is coming…</source>
        <translation>L’image du médecin arrive…</translation>
    </message>
    <message>
        <source>The picture was lost. It is coming back by itself. Please stay.</source>
        <translation>L’image s’est coupée. Elle revient toute seule. Restez là.</translation>
    </message>
    <message>
        <source>There is no picture and no sound. The doctor still sees your measurements and can still write the report.</source>
        <translation>Il n’y a ni image ni son. Le médecin voit vos mesures et peut écrire son compte rendu.</translation>
    </message>
    <message>
        <source>One moment please.</source>
        <translation>Un instant, s’il vous plaît.</translation>
    </message>
</context>
<context>
    <name>ConsentPage</name>
    <message>
        <source>Your agreement</source>
        <translation>Votre accord</translation>
    </message>
    <message>
        <source>Who is agreeing?</source>
        <translation>Qui donne son accord&#xa0;?</translation>
    </message>
    <message>
        <source>The patient is under 16. Who is agreeing?</source>
        <translation>Le patient a moins de 16 ans. Qui donne son accord&#xa0;?</translation>
    </message>
    <message>
        <source>The patient</source>
        <translation>Le patient</translation>
    </message>
    <message>
        <source>The child&apos;s parent</source>
        <translation>Le parent de l’enfant</translation>
    </message>
    <message>
        <source>The legal guardian</source>
        <translation>Le tuteur légal</translation>
    </message>
    <message>
        <source>I agree to be seen by a doctor by video.</source>
        <translation>J’accepte qu’un médecin me voie en vidéo.</translation>
    </message>
    <message>
        <source>If not, the consultation stops here.</source>
        <translation>Sinon, la consultation s’arrête ici.</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>Oui</translation>
    </message>
    <message>
        <source>Yes, I agree to be seen by video</source>
        <translation>Oui, j’accepte la vidéo</translation>
    </message>
    <message>
        <source>No</source>
        <translation>Non</translation>
    </message>
    <message>
        <source>No, I do not want to be seen by video</source>
        <translation>Non, je refuse la vidéo</translation>
    </message>
    <message>
        <source>Someone from the pharmacy may help me during the consultation.</source>
        <translation>Une personne de la pharmacie peut m’aider pendant la consultation.</translation>
    </message>
    <message>
        <source>If not, you are cared for just the same.</source>
        <translation>Sinon, cela ne change rien à vos soins.</translation>
    </message>
    <message>
        <source>Yes, someone may help me</source>
        <translation>Oui, on peut m’aider</translation>
    </message>
    <message>
        <source>No, nobody is to help me</source>
        <translation>Non, personne ne doit m’aider</translation>
    </message>
    <message>
        <source>Text of this agreement: version %1</source>
        <translation>Texte de cet accord&#xa0;: version&#xa0;%1</translation>
    </message>
    <message>
        <source>Refuse and stop here</source>
        <translation>Refuser et arrêter ici</translation>
    </message>
    <message>
        <source>Confirm my answers</source>
        <translation>Valider mes réponses</translation>
    </message>
</context>
<context>
    <name>DialogSheet</name>
    <message>
        <source>Do you want to leave?</source>
        <translation>Voulez-vous partir&#xa0;?</translation>
    </message>
    <message>
        <source>Do you need help?</source>
        <translation>Vous avez besoin d’aide&#xa0;?</translation>
    </message>
    <message>
        <source>The consultation stops here. Nothing more will be shown on this screen.</source>
        <translation>La consultation s’arrête ici. Rien de plus ne s’affichera sur cet écran.</translation>
    </message>
    <message>
        <source>Open the door and call the pharmacist at the counter.</source>
        <translation>Ouvrez la porte et appelez le pharmacien au comptoir.</translation>
    </message>
    <message>
        <source>If you feel very ill, tell the pharmacist on your way out.</source>
        <translation>Si vous vous sentez très mal, dites-le au pharmacien en sortant.</translation>
    </message>
    <message>
        <source>This button calls nobody by itself.</source>
        <translation>Ce bouton n’appelle personne à votre place.</translation>
    </message>
    <message>
        <source>If a life is in danger: call 15 or 112.</source>
        <translation>Si une vie est en danger&#xa0;: appelez le 15 ou le 112.</translation>
    </message>
    <message>
        <source>Yes, leave</source>
        <translation>Oui, partir</translation>
    </message>
    <message>
        <source>No, stay</source>
        <translation>Non, rester</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Fermer ce message</translation>
    </message>
</context>
<context>
    <name>DigitPad</name>
    <message>
        <source>Erase</source>
        <translation>Effacer</translation>
    </message>
</context>
<context>
    <name>EmergencyPage</name>
    <message>
        <source>Get help now. Do not wait for the doctor.</source>
        <translation>Demandez de l’aide tout de suite, sans attendre.</translation>
    </message>
    <message>
        <source>I have help, stop here</source>
        <translation>J’ai de l’aide, terminer</translation>
    </message>
    <message>
        <source>Open the door and call the pharmacist.</source>
        <translation>Ouvrez la porte et appelez le pharmacien.</translation>
    </message>
    <message>
        <source>Call out loud. Do not stay alone.</source>
        <translation>Appelez à voix haute. Restez avec quelqu’un.</translation>
    </message>
    <message>
        <source>Medical emergency, in France</source>
        <translation>Urgence médicale, en France</translation>
    </message>
    <message>
        <source>Emergency, all over Europe</source>
        <translation>Urgence, partout en Europe</translation>
    </message>
    <message>
        <source>By text message or video: if you cannot hear or speak</source>
        <translation>Par SMS ou vidéo&#xa0;: si vous ne pouvez pas entendre ou parler</translation>
    </message>
    <message>
        <source>To talk about suicidal thoughts, day and night, free of charge: 3114.</source>
        <translation>Pour parler d’idées de suicide, jour et nuit, gratuitement&#xa0;: 3114.</translation>
    </message>
    <message>
        <source>These calls are free of charge, from any telephone.</source>
        <translation>Ces appels sont gratuits, depuis tout téléphone.</translation>
    </message>
</context>
<context>
    <name>GoodbyePage</name>
    <message>
        <source>Thank you, and goodbye</source>
        <translation>Merci et au revoir</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>Terminer</translation>
    </message>
    <message>
        <source>Do not forget your things.</source>
        <translation>N’oubliez pas vos affaires.</translation>
    </message>
    <message>
        <source>This screen clears itself. Nothing of you stays on it.</source>
        <translation>Cet écran s’efface tout seul. Rien de vous n’y reste.</translation>
    </message>
</context>
<context>
    <name>HygienePage</name>
    <message>
        <source>Before the next person</source>
        <translation>Avant la prochaine personne</translation>
    </message>
    <message>
        <source>Please clean what was touched, then confirm here.</source>
        <translation>Nettoyez ce qui a été touché, puis confirmez ici.</translation>
    </message>
    <message>
        <source>The finger clip, inside and outside</source>
        <translation>La pince de doigt, dedans et dehors</translation>
    </message>
    <message>
        <source>The screen</source>
        <translation>L’écran</translation>
    </message>
    <message>
        <source>The seat and the armrests</source>
        <translation>Le siège et les accoudoirs</translation>
    </message>
    <message>
        <source>The door handle, both sides</source>
        <translation>La poignée de porte, des deux côtés</translation>
    </message>
    <message>
        <source>It is clean</source>
        <translation>C’est propre</translation>
    </message>
</context>
<context>
    <name>InformationPage</name>
    <message>
        <source>What will happen</source>
        <translation>Ce qui va se passer</translation>
    </message>
    <message>
        <source>You answer a few questions.</source>
        <translation>Vous répondez à quelques questions.</translation>
    </message>
    <message>
        <source>You measure your oxygen with a clip on one finger.</source>
        <translation>Vous mesurez votre oxygène avec une pince sur un doigt.</translation>
    </message>
    <message>
        <source>A doctor sees you and talks with you by video.</source>
        <translation>Un médecin vous voit et vous parle en vidéo.</translation>
    </message>
    <message>
        <source>The doctor&apos;s report appears here.</source>
        <translation>Le compte rendu du médecin s’affiche ici.</translation>
    </message>
    <message>
        <source>Price: %1</source>
        <translation>Prix&#xa0;:&#xa0;%1</translation>
    </message>
    <message>
        <source>If you have French health insurance, you pay nothing.</source>
        <translation>Si vous avez la Sécurité sociale, vous ne payez rien.</translation>
    </message>
    <message>
        <source>The French health insurance covers %1. What is left, %2, is for you or your complementary insurance.</source>
        <translation>La Sécurité sociale couvre&#xa0;%1. Le reste,&#xa0;%2, est pour vous ou votre mutuelle.</translation>
    </message>
    <message>
        <source>If picture or sound fail</source>
        <translation>Si l’image ou le son s’arrêtent</translation>
    </message>
    <message>
        <source>Your measurements stay with the doctor, who can still write to you. Otherwise the pharmacist helps you to find another doctor.</source>
        <translation>Le médecin garde vos mesures et peut vous écrire. Sinon, le pharmacien vous aide à trouver un autre médecin.</translation>
    </message>
    <message>
        <source>What a doctor cannot do from afar</source>
        <translation>Ce qu’un médecin ne peut pas faire de loin</translation>
    </message>
    <message>
        <source>The doctor cannot touch you, and may ask you to see a doctor in person.</source>
        <translation>Il ne peut pas vous toucher. Il peut vous demander de voir un médecin en personne.</translation>
    </message>
    <message>
        <source>Between you and the doctor</source>
        <translation>Entre vous et le médecin</translation>
    </message>
    <message>
        <source>The call is not recorded. You may stop at any time.</source>
        <translation>L’appel n’est pas enregistré. Vous pouvez arrêter à tout moment.</translation>
    </message>
    <message>
        <source>I have understood</source>
        <translation>J’ai compris</translation>
    </message>
</context>
<context>
    <name>LetterKeyboard</name>
    <message>
        <source>Capital letters</source>
        <translation>Majuscules</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>Effacer</translation>
    </message>
    <message>
        <source>Letters with accents</source>
        <translation>Lettres avec accents</translation>
    </message>
    <message>
        <source>Plain letters</source>
        <translation>Lettres simples</translation>
    </message>
    <message>
        <source>Digits</source>
        <translation>Chiffres</translation>
    </message>
    <message>
        <source>space</source>
        <translation>espace</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Espace</translation>
    </message>
</context>
<context>
    <name>LivePlot</name>
    <message>
        <source>Live curve of the pulse</source>
        <translation>Courbe du pouls en direct</translation>
    </message>
    <message>
        <source>LIVE</source>
        <translation>EN DIRECT</translation>
    </message>
</context>
<context>
    <name>MeasurePage</name>
    <message>
        <source>Looking for the finger clip…</source>
        <translation>Recherche de la pince de doigt…</translation>
    </message>
    <message>
        <source>Put one finger into the clip</source>
        <translation>Mettez un doigt dans la pince</translation>
    </message>
    <message>
        <source>Do not move</source>
        <translation>Ne bougez plus</translation>
    </message>
    <message>
        <source>The value is being kept…</source>
        <translation>Enregistrement de la valeur…</translation>
    </message>
    <message>
        <source>It worked, thank you</source>
        <translation>C’est réussi, merci</translation>
    </message>
    <message>
        <source>No value this time</source>
        <translation>Pas de valeur cette fois</translation>
    </message>
    <message>
        <source>Measuring your oxygen</source>
        <translation>Mesure de votre oxygène</translation>
    </message>
    <message>
        <source>Simulated device</source>
        <translation>Appareil simulé</translation>
    </message>
    <message>
        <source>Go on without measuring</source>
        <translation>Continuer sans mesurer</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Réessayer</translation>
    </message>
    <message>
        <source>Measure again</source>
        <translation>Refaire la mesure</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Continuer</translation>
    </message>
</context>
<context>
    <name>MeasurePanel</name>
    <message>
        <source>You can take your finger out.</source>
        <translation>Vous pouvez retirer votre doigt.</translation>
    </message>
    <message>
        <source>Keep still a moment longer.</source>
        <translation>Ne bougez pas encore un instant.</translation>
    </message>
    <message>
        <source>This takes a few seconds.</source>
        <translation>Cela prend quelques secondes.</translation>
    </message>
    <message>
        <source>One moment please.</source>
        <translation>Un instant, s’il vous plaît.</translation>
    </message>
    <message>
        <source>Recorded</source>
        <translation>Enregistré</translation>
    </message>
    <message>
        <source>Being kept…</source>
        <translation>Enregistrement…</translation>
    </message>
    <message>
        <source>Measuring: %1 %</source>
        <translation>Mesure&#xa0;:&#xa0;%1&#xa0;%</translation>
    </message>
    <message>
        <source>Progress of the measurement</source>
        <translation>Avancement de la mesure</translation>
    </message>
</context>
<context>
    <name>MeetDoctorPage</name>
    <message>
        <source>A doctor is ready to see you</source>
        <translation>Un médecin peut vous recevoir</translation>
    </message>
    <message>
        <source>Doctor&apos;s number (RPPS): %1</source>
        <translation>Numéro du médecin (RPPS)&#xa0;:&#xa0;%1</translation>
    </message>
    <message>
        <source>The picture and the sound start when you touch the button.</source>
        <translation>L’image et le son commencent quand vous touchez le bouton.</translation>
    </message>
    <message>
        <source>I am ready</source>
        <translation>Je peux commencer</translation>
    </message>
</context>
<context>
    <name>NamesPage</name>
    <message>
        <source>Your name, as on your papers</source>
        <translation>Votre nom, comme sur vos papiers</translation>
    </message>
    <message>
        <source>Name at birth</source>
        <translation>Nom de naissance</translation>
    </message>
    <message>
        <source>Given names</source>
        <translation>Prénoms</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Continuer</translation>
    </message>
</context>
<context>
    <name>PageFrame</name>
    <message>
        <source>Back</source>
        <translation>Retour</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>You</source>
        <translation>Vous</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>Mesure</translation>
    </message>
    <message>
        <source>Doctor</source>
        <translation>Médecin</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Compte rendu</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fait</translation>
    </message>
    <message>
        <source>now</source>
        <translation>en cours</translation>
    </message>
    <message>
        <source>Simulated</source>
        <translation>Simulation</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Aide</translation>
    </message>
    <message>
        <source>Leave</source>
        <translation>Partir</translation>
    </message>
</context>
<context>
    <name>ReasonPage</name>
    <message>
        <source>Why are you here today?</source>
        <translation>Pourquoi venez-vous aujourd’hui&#xa0;?</translation>
    </message>
    <message>
        <source>Touch what troubles you most.</source>
        <translation>Touchez ce qui vous gêne le plus.</translation>
    </message>
</context>
<context>
    <name>RedFlagsPage</name>
    <message>
        <source>Is one of these happening now?</source>
        <translation>Est-ce que cela vous arrive maintenant&#xa0;?</translation>
    </message>
    <message>
        <source>Touch all that apply.</source>
        <translation>Touchez tout ce qui vous arrive.</translation>
    </message>
    <message>
        <source>None of these</source>
        <translation>Rien de tout cela</translation>
    </message>
    <message>
        <source>Yes, this is happening</source>
        <translation>Oui, cela m’arrive</translation>
    </message>
</context>
<context>
    <name>ReportPage</name>
    <message>
        <source>Your doctor&apos;s report</source>
        <translation>Le compte rendu du médecin</translation>
    </message>
    <message>
        <source>Read further up</source>
        <translation>Lire plus haut</translation>
    </message>
    <message>
        <source>Read further down</source>
        <translation>Lire plus bas</translation>
    </message>
    <message>
        <source>I have read it</source>
        <translation>J’ai lu</translation>
    </message>
</context>
<context>
    <name>SexPage</name>
    <message>
        <source>Your sex, as on your papers</source>
        <translation>Votre sexe, comme sur vos papiers</translation>
    </message>
    <message>
        <source>Female</source>
        <translation>Féminin</translation>
    </message>
    <message>
        <source>Male</source>
        <translation>Masculin</translation>
    </message>
    <message>
        <source>Undetermined</source>
        <translation>Indéterminé</translation>
    </message>
</context>
<context>
    <name>UnavailablePage</name>
    <message>
        <source>This booth is closed for now</source>
        <translation>Cette cabine est fermée pour le moment</translation>
    </message>
    <message>
        <source>Please speak to the pharmacist at the counter. In an emergency, call 15 or 112.</source>
        <translation>Adressez-vous au pharmacien, au comptoir. En cas d’urgence, appelez le 15 ou le 112.</translation>
    </message>
</context>
<context>
    <name>UnknownPage</name>
    <message>
        <source>One moment please</source>
        <translation>Un instant, s’il vous plaît</translation>
    </message>
    <message>
        <source>If this lasts, open the door and call the pharmacist.</source>
        <translation>Si cela dure, ouvrez la porte et appelez le pharmacien.</translation>
    </message>
</context>
<context>
    <name>WaitingPage</name>
    <message>
        <source>You are in the waiting room</source>
        <translation>Vous êtes en salle d’attente</translation>
    </message>
    <message>
        <source>The line to the doctors is cut</source>
        <translation>La liaison avec les médecins est coupée</translation>
    </message>
    <message>
        <source>Please stay here. A doctor will appear on this screen.</source>
        <translation>Restez ici. Un médecin s’affichera sur cet écran.</translation>
    </message>
    <message>
        <source>The booth keeps trying by itself. Your answers and measurements are kept.</source>
        <translation>La cabine réessaie toute seule. Vos réponses et vos mesures sont gardées.</translation>
    </message>
    <message>
        <source>About</source>
        <translation>Environ</translation>
    </message>
    <message>
        <source>How long?</source>
        <translation>Combien de temps&#xa0;?</translation>
    </message>
    <message numerus="yes">
        <source>%n minute(s)</source>
        <comment>estimate</comment>
        <translation>
            <numerusform>%n minute</numerusform>
            <numerusform>%n minutes</numerusform>
        </translation>
    </message>
    <message>
        <source>We do not know yet.</source>
        <translation>Nous ne savons pas encore.</translation>
    </message>
    <message>
        <source>This is an estimate. It may take longer.</source>
        <translation>C’est une estimation. Cela peut être plus long.</translation>
    </message>
    <message>
        <source>You are next.</source>
        <translation>C’est bientôt à vous.</translation>
    </message>
    <message numerus="yes">
        <source>%n person(s) before you.</source>
        <translation>
            <numerusform>%n personne avant vous.</numerusform>
            <numerusform>%n personnes avant vous.</numerusform>
        </translation>
    </message>
    <message>
        <source>No doctor is connected at the moment.</source>
        <translation>Aucun médecin n’est connecté pour le moment.</translation>
    </message>
    <message numerus="yes">
        <source>%n doctor(s) connected.</source>
        <translation>
            <numerusform>%n médecin connecté.</numerusform>
            <numerusform>%n médecins connectés.</numerusform>
        </translation>
    </message>
    <message>
        <source>We do not know how long it will take.</source>
        <translation>Nous ne savons pas combien de temps cela prendra.</translation>
    </message>
    <message>
        <source>If you feel worse, open the door and call the pharmacist.</source>
        <translation>Si vous vous sentez plus mal, ouvrez la porte et appelez le pharmacien.</translation>
    </message>
    <message>
        <source>You can wait, or leave and speak to the pharmacist. If you feel worse, call 15 or 112.</source>
        <translation>Vous pouvez attendre, ou partir et voir le pharmacien. Si vous vous sentez plus mal, appelez le 15 ou le 112.</translation>
    </message>
</context>
<context>
    <name>WelcomePage</name>
    <message>
        <source>Hello</source>
        <translation>Bonjour</translation>
    </message>
    <message>
        <source>See a doctor by video, here.</source>
        <translation>Voyez un médecin en vidéo, ici.</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Commencer</translation>
    </message>
    <message>
        <source>In an emergency, do not wait: call 15 or 112.</source>
        <translation>En cas d’urgence, n’attendez pas&#xa0;: appelez le 15 ou le 112.</translation>
    </message>
</context>
</TS>
