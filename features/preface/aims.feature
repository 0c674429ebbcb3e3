Feature: What the enhancements are for
  These enhancements eliminate silent failures, inconsistent UI states, and unintended session disruptions.

  Rule: A state that the widget shows is the real one

    @AIM-1 @AIM-2 @during-a-call @audio-call @loses-microphone
    Scenario: A muted microphone is revoked and comes back
      Given the customer is in an audio call
      And the agent and the other participant hear the customer
      And the customer has muted the microphone
      When the customer revokes the microphone
      Then the widget tells the customer about the microphone
      And the mute control agrees with what the agent hears
      When the customer allows the microphone again
      Then the mute control agrees with what the agent hears
      When the customer clicks the mute control
      Then the mute control agrees with what the agent hears

    @AIM-2 @during-a-call @video-call @loses-camera
    Scenario: A muted customer loses the camera and gets it back
      Given the customer is in a video call
      And the agent and the other participant hear the customer
      And the agent sees the customer
      And the customer has muted the microphone
      When the customer revokes the camera
      Then the mute control agrees with what the agent hears
      When the customer allows the camera again
      Then the mute control agrees with what the agent hears
      And the camera control agrees with what the agent sees

    @AIM-2 @during-a-call @video-call @loses-microphone
    Scenario: The microphone is revoked and allowed again in a video call, and the camera is not touched
      Given the customer is in a video call
      And the agent and the other participant hear the customer
      And the agent sees the customer
      When the customer revokes the microphone
      Then the camera control agrees with what the agent sees
      When the customer allows the microphone again
      Then the mute control agrees with what the agent hears
      And the camera control agrees with what the agent sees

    @MIC-LIVE-3 @MIC-LIVE-4 @AIM-2 @during-a-call @audio-call @loses-microphone
    Scenario: The microphone stays blocked for a while
      Given the customer is in an audio call
      And the agent and the other participant hear the customer
      When the customer revokes the microphone
      Then after a while the mute control still agrees with what the agent hears
      And the agent no longer hears the customer
      And the other participant no longer hears the customer

    @CAM-LIVE-3 @AIM-2 @during-a-call @video-call @loses-camera
    Scenario: The camera stays blocked for a while
      Given the customer is in a video call
      And the agent and the other participant hear the customer
      And the agent sees the customer
      When the customer revokes the camera
      Then after a while the camera control still agrees with what the agent sees
      And the agent is still given "Video Off" or a placeholder in place of the picture

    @AIM-2 @during-a-call @video-call @loses-camera
    Scenario: A camera that the customer has switched off is revoked and comes back
      Given the customer is in a video call
      And the agent and the other participant hear the customer
      And the agent sees the customer
      And the customer has switched the camera off
      When the customer revokes the camera
      Then the camera control agrees with what the agent sees
      When the customer allows the camera again
      Then the camera control agrees with what the agent sees
      When the customer clicks the camera control
      Then the camera control agrees with what the agent sees

    @AIM-1 @AIM-2 @MIC-LIVE-8 @CAM-LIVE-3 @during-a-call @video-call @loses-both
    Scenario: Only one of two lost devices comes back
      Given the customer is in a video call
      And the agent and the other participant hear the customer
      And the agent sees the customer
      And the customer has revoked the microphone and the camera
      When the customer allows the microphone again
      Then the agent and the other participant hear the customer again, though the customer did nothing in the widget
      And the widget no longer says that the microphone is blocked
      And the mute control agrees with what the agent hears
      And the widget still asks the customer to allow the camera
      And the camera control agrees with what the agent sees
      And the agent is still given "Video Off" or a placeholder in place of the picture

  Rule: A change of permissions never ends or restarts the session

    @AIM-2 @AIM-3 @during-a-call @video-call @loses-both
    Scenario: Both devices are lost and come back in one session
      Given the customer is in a video call
      And the agent and the other participant hear the customer
      And the agent sees the customer
      And the customer has revoked the microphone and the camera
      When the customer allows the microphone and the camera again
      Then the call stays connected
      And it is still the same call
      And the mute control agrees with what the agent hears
      And the camera control agrees with what the agent sees

    @AIM-2 @AIM-3 @during-a-call @audio-call @loses-camera
    Scenario: The camera is blocked during an audio call, which does not need it
      Given the customer is in an audio call
      And the agent and the other participant hear the customer
      When the customer revokes the camera
      Then the widget says nothing of a blocked microphone
      And the mute control agrees with what the agent hears
      And the call stays connected
      And it is still the same call

    @AIM-3 @during-a-call @audio-call @loses-microphone
    Scenario: The customer hangs up while the microphone is blocked, and allows it afterwards
      Given the customer is in an audio call
      And the agent and the other participant hear the customer
      And the customer has revoked the microphone
      When the customer hangs up
      And the customer allows the microphone again
      Then the widget opens no device and calls nobody
