Feature: Microphone access is revoked during a call
  If you accidentally turn off your microphone permission while you are already talking to an agent,
  the call will stay connected, but your media will be affected.

  Rule: Your audio stops immediately, the call stays connected, and the widget tells you why

    @MIC-LIVE-1 @MIC-LIVE-2 @MIC-LIVE-3 @MIC-LIVE-4 @MIC-LIVE-5 @MIC-LIVE-6 @AIM-1 @AIM-2
    @during-a-call @loses-microphone
    Scenario Outline: The microphone is revoked in <a> call
      Given the customer is in <a> call
      And the agent and the other participant hear the customer
      When the customer revokes the microphone
      Then the customer's audio stops immediately
      And the widget shows a "Microphone Blocked" icon
      And the widget explains that access to the microphone has been lost
      And the mute control agrees with what the agent hears
      And the agent no longer hears the customer
      And the other participant no longer hears the customer
      And the customer still hears the agent
      And the call stays connected

      @audio-call
      Examples:
        | a        |
        | an audio |

      @video-call
      Examples:
        | a       |
        | a video |

    @MIC-LIVE-1 @MIC-LIVE-2 @MIC-LIVE-3 @MIC-LIVE-4 @MIC-LIVE-5 @MIC-LIVE-6 @AIM-1 @AIM-2
    @during-a-call @loses-microphone @set-to-ask
    Scenario Outline: The microphone is set back to "ask" in <a> call
      Given the customer is in <a> call
      And the agent and the other participant hear the customer
      When the customer sets the microphone back to "ask"
      Then the customer's audio stops immediately
      And the widget shows a "Microphone Blocked" icon
      And the widget explains that access to the microphone has been lost
      And the mute control agrees with what the agent hears
      And the agent no longer hears the customer
      And the other participant no longer hears the customer
      And the customer still hears the agent
      And the call stays connected

      @audio-call
      Examples:
        | a        |
        | an audio |

      @video-call
      Examples:
        | a       |
        | a video |

    @MIC-LIVE-1 @MIC-LIVE-2 @MIC-LIVE-3 @MIC-LIVE-4 @MIC-LIVE-5 @MIC-LIVE-6 @CAM-LIVE-2 @CAM-LIVE-3 @CAM-LIVE-5
    @AIM-1 @AIM-2
    @during-a-call @video-call @loses-both
    Scenario: The microphone and the camera are revoked in a video call
      Given the customer is in a video call
      And the agent and the other participant hear the customer
      And the agent sees the customer
      When the customer revokes the microphone and the camera
      Then the customer's audio stops immediately
      And the customer's video stops immediately
      And the widget shows a "Microphone Blocked" icon
      And the widget explains that access to the microphone has been lost
      And the widget asks the customer to allow the camera again
      And the agent is given "Video Off" or a placeholder in place of the picture
      And the mute control agrees with what the agent hears
      And the camera control agrees with what the agent sees
      And the agent no longer hears the customer
      And the other participant no longer hears the customer
      And the customer still hears the agent
      And the call stays connected

    @MIC-LIVE-2 @MIC-LIVE-3 @MIC-LIVE-5 @MIC-LIVE-6 @AIM-1 @AIM-2
    @during-a-call @audio-call @loses-microphone
    Scenario: The microphone is revoked once more, after it has come back
      Given the customer is in an audio call
      And the agent and the other participant hear the customer
      And the customer has lost the microphone and got it back
      When the customer revokes the microphone
      Then the customer's audio stops immediately
      And the widget shows a "Microphone Blocked" icon
      And the widget explains that access to the microphone has been lost
      And the mute control agrees with what the agent hears
      And the agent no longer hears the customer

    @MIC-LIVE-2 @MIC-LIVE-3 @MIC-LIVE-4 @AIM-2
    @during-a-call @audio-call @loses-microphone @at-once
    Scenario: The microphone is revoked, allowed and revoked again at once
      Given the customer is in an audio call
      And the agent and the other participant hear the customer
      When the customer revokes the microphone, allows it and revokes it again at once
      Then the customer's audio stops immediately
      And the mute control agrees with what the agent hears
      And the agent no longer hears the customer
      And the other participant no longer hears the customer

    @MIC-LIVE-2 @MIC-LIVE-6 @AIM-1 @AIM-2
    @during-a-call @audio-call @loses-microphone @untold-permissions
    Scenario: The microphone is revoked in a browser that tells pages nothing of their permissions
      Given the browser tells pages nothing of their permissions
      And the customer is in an audio call
      And the agent and the other participant hear the customer
      When the customer revokes the microphone
      Then the customer's audio stops immediately
      And the widget explains that access to the microphone has been lost
      And the mute control agrees with what the agent hears

    @AIM-1
    @during-a-call @audio-call @loses-microphone
    Scenario: The microphone is revoked while the call still rings
      Given the agent lets the call ring for a while
      And the customer has placed an audio call, which rings
      When the customer revokes the microphone
      Then the widget tells the customer about the microphone

  Rule: Your audio reconnects by itself, in the same call, once you allow the microphone again

    @MIC-LIVE-7 @MIC-LIVE-8 @MIC-LIVE-9 @AIM-2 @AIM-3
    @during-a-call @loses-microphone
    Scenario Outline: The microphone is allowed again in <a> call
      Given the customer is in <a> call
      And the agent and the other participant hear the customer
      And the customer has revoked the microphone
      When the customer allows the microphone again
      Then the browser lets the widget use the microphone again
      And the agent and the other participant hear the customer again, though the customer did nothing in the widget
      And the widget no longer says that the microphone is blocked
      And the mute control agrees with what the agent hears
      And the call stays connected
      And it is still the same call

      @audio-call
      Examples:
        | a        |
        | an audio |

      @video-call
      Examples:
        | a       |
        | a video |

    @MIC-LIVE-8 @MIC-LIVE-9 @AIM-2 @AIM-3
    @during-a-call @audio-call @loses-microphone @set-to-ask
    Scenario: The microphone is set back to "ask" and allowed again
      Given the customer is in an audio call
      And the agent and the other participant hear the customer
      And the customer has set the microphone back to "ask"
      When the customer allows the microphone again
      Then the agent and the other participant hear the customer again, though the customer did nothing in the widget
      And the widget no longer says that the microphone is blocked
      And the mute control agrees with what the agent hears
      And it is still the same call

    @MIC-LIVE-7 @MIC-LIVE-8 @MIC-LIVE-9 @CAM-LIVE-6 @CAM-LIVE-7 @AIM-2 @AIM-3
    @during-a-call @video-call @loses-both
    Scenario: The microphone and the camera are allowed again in a video call
      Given the customer is in a video call
      And the agent and the other participant hear the customer
      And the agent sees the customer
      And the customer has revoked the microphone and the camera
      When the customer allows the microphone and the camera again
      Then the browser lets the widget use the microphone again
      And the browser lets the widget use the camera again
      And the agent and the other participant hear the customer again, though the customer did nothing in the widget
      And the agent sees the customer again, though the customer did nothing in the widget
      And the widget no longer says that the microphone is blocked
      And the widget no longer asks for the camera
      And the mute control agrees with what the agent hears
      And the camera control agrees with what the agent sees
      And the call stays connected
      And it is still the same call

    @MIC-LIVE-8 @MIC-LIVE-9 @AIM-2 @AIM-3
    @during-a-call @audio-call @loses-microphone
    Scenario: The microphone is revoked and allowed again three times
      Given the customer is in an audio call
      And the agent and the other participant hear the customer
      When the customer revokes the microphone and allows it again, three times
      Then the agent and the other participant hear the customer again, though the customer did nothing in the widget
      And the widget no longer says that the microphone is blocked
      And the mute control agrees with what the agent hears
      And the call stays connected
      And it is still the same call

    @MIC-LIVE-8 @AIM-2
    @during-a-call @audio-call @loses-microphone @another-tab
    Scenario: The microphone is revoked and allowed again from another tab
      Given the customer is in an audio call
      And the agent and the other participant hear the customer
      And the customer has gone to another tab
      And the customer has revoked the microphone
      When the customer allows the microphone again
      And the customer returns to the widget
      Then the agent and the other participant hear the customer again, though the customer did nothing in the widget
      And the mute control agrees with what the agent hears

    @MIC-LIVE-8 @AIM-2
    @during-a-call @audio-call @loses-microphone @asks-nothing
    Scenario: The customer tries the mute control while the microphone is blocked
      Given the customer is in an audio call
      And the agent and the other participant hear the customer
      And the customer has revoked the microphone
      When the customer clicks the mute control twice
      Then the mute control agrees with what the agent hears
      When the customer allows the microphone again
      Then the agent and the other participant hear the customer again, though the customer did nothing in the widget
      And the mute control agrees with what the agent hears
