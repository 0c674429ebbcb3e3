Feature: What the enhancements are for
  These enhancements eliminate silent failures, inconsistent UI states, and unintended session disruptions.

  Rule: A state that the widget shows is the real one

    @AIM-2 @during-a-call @audio-call @loses-microphone
    Scenario: A muted microphone is revoked and comes back
      Given the customer is in an audio call
      And the agent and the other participant hear the customer
      And the customer has muted the microphone
      And the customer has revoked the microphone
      When the customer allows the microphone again
      Then the mute control agrees with what the agent hears
      When the customer clicks the mute control
      Then the mute control agrees with what the agent hears

    @AIM-1 @AIM-2 @MIC-LIVE-8 @during-a-call @video-call @loses-both
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

  Rule: A change of permissions never ends or restarts the session

    @AIM-3 @during-a-call @video-call @loses-both
    Scenario: Both devices are lost and come back in one session
      Given the customer is in a video call
      And the agent and the other participant hear the customer
      And the agent sees the customer
      And the customer has revoked the microphone and the camera
      When the customer allows the microphone and the camera again
      Then the call stays connected
      And it is still the same call
