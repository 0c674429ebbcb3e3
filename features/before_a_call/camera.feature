Feature: Camera access is blocked before a video call
  If you try to start a video call but the camera is blocked, the widget notifies you that the camera is
  unavailable and gives you the option to either enable the camera or proceed with an audio-only call.

  Background:
    Given the customer has opened the page with the widget
    And the camera is blocked in the browser

  Rule: The widget tells you and lets you choose

    @CAM-PRE-1 @CAM-PRE-2 @AIM-1
    @before-a-call @video-call @loses-camera
    Scenario: A video call is tried while the camera is blocked
      When the customer clicks the button for a video call
      Then the widget tells that the camera is unavailable
      And the widget offers to enable the camera and to proceed with an audio-only call
      And no call is started before the customer has chosen

  Rule: Both ways lead to a call

    @CAM-PRE-3
    @before-a-call @video-call @loses-camera
    Scenario: The customer proceeds with an audio-only call
      Given the customer has tried to start a video call and was given the choice
      When the customer chooses the audio-only call
      Then an audio-only call is placed

    @CAM-PRE-4
    @before-a-call @video-call @loses-camera
    Scenario: The customer enables the camera instead
      Given the customer has tried to start a video call and was given the choice
      When the customer allows the camera again
      And the customer chooses to enable the camera
      Then a video call is placed
