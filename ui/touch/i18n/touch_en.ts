<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>WaitingPage</name>
    <message numerus="yes">
        <source>%n minute(s)</source>
        <comment>estimate</comment>
        <translation>
            <numerusform>%n minute</numerusform>
            <numerusform>%n minutes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n person(s) before you.</source>
        <translation>
            <numerusform>%n person before you.</numerusform>
            <numerusform>%n people before you.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n doctor(s) connected.</source>
        <translation>
            <numerusform>%n doctor connected.</numerusform>
            <numerusform>%n doctors connected.</numerusform>
        </translation>
    </message>
</context>
</TS>
