Feature: Camera access is revoked during a video call
  If you accidentally turn off your camera permission while you are already talking to an agent,
  the call will stay connected, but your media will be affected.

  Rule: Your video stops immediately, your audio goes on, and the widget asks for the camera

    @CAM-LIVE-1 @CAM-LIVE-2 @CAM-LIVE-3 @CAM-LIVE-4 @CAM-LIVE-5 @AIM-1 @AIM-2
    @during-a-call @video-call @loses-camera
    Scenario: The camera is revoked in a video call
      Given the customer is in a video call
      And the agent and the other participant hear the customer
      And the agent sees the customer
      When the customer revokes the camera
      Then the customer's video stops immediately
      And the widget asks the customer to allow the camera again
      And the agent is given "Video Off" or a placeholder in place of the picture
      And the camera control agrees with what the agent sees
      And the mute control agrees with what the agent hears
      And the widget says nothing of a blocked microphone
      And the agent and the other participant go on hearing the customer
      And the customer still hears the agent
      And the call stays connected

    @CAM-LIVE-1 @CAM-LIVE-2 @CAM-LIVE-3 @CAM-LIVE-4 @CAM-LIVE-5 @AIM-1 @AIM-2
    @during-a-call @video-call @loses-camera @set-to-ask
    Scenario: The camera is set back to "ask" in a video call
      Given the customer is in a video call
      And the agent and the other participant hear the customer
      And the agent sees the customer
      When the customer sets the camera back to "ask"
      Then the customer's video stops immediately
      And the widget asks the customer to allow the camera again
      And the agent is given "Video Off" or a placeholder in place of the picture
      And the camera control agrees with what the agent sees
      And the mute control agrees with what the agent hears
      And the agent and the other participant go on hearing the customer
      And the customer still hears the agent
      And the call stays connected

    @CAM-LIVE-2 @CAM-LIVE-3 @CAM-LIVE-5 @AIM-1 @AIM-2
    @during-a-call @video-call @loses-camera
    Scenario: The camera is revoked once more, after it has come back
      Given the customer is in a video call
      And the agent and the other participant hear the customer
      And the agent sees the customer
      And the customer has lost the camera and got it back
      When the customer revokes the camera
      Then the customer's video stops immediately
      And the widget asks the customer to allow the camera again
      And the agent is given "Video Off" or a placeholder in place of the picture
      And the camera control agrees with what the agent sees
      And the mute control agrees with what the agent hears

    @CAM-LIVE-2 @CAM-LIVE-3 @AIM-2
    @during-a-call @video-call @loses-camera @at-once
    Scenario: The camera is revoked, allowed and revoked again at once
      Given the customer is in a video call
      And the agent and the other participant hear the customer
      And the agent sees the customer
      When the customer revokes the camera, allows it and revokes it again at once
      Then the customer's video stops immediately
      And the agent is given "Video Off" or a placeholder in place of the picture
      And the camera control agrees with what the agent sees

    @AIM-1
    @during-a-call @video-call @loses-camera
    Scenario: The camera is revoked while the call still rings
      Given the agent lets the call ring for a while
      And the customer has placed a video call, which rings
      When the customer revokes the camera
      Then the widget tells the customer about the camera

  Rule: Your video resumes once the browser's settings are updated

    @CAM-LIVE-6 @CAM-LIVE-7 @AIM-2 @AIM-3
    @during-a-call @video-call @loses-camera
    Scenario: The camera is allowed again in a video call
      Given the customer is in a video call
      And the agent and the other participant hear the customer
      And the agent sees the customer
      And the customer has revoked the camera
      When the customer allows the camera again
      Then the browser lets the widget use the camera again
      And the agent sees the customer again, though the customer did nothing in the widget
      And the widget no longer asks for the camera
      And the camera control agrees with what the agent sees
      And the mute control agrees with what the agent hears
      And the call stays connected
      And it is still the same call

    @CAM-LIVE-7 @AIM-2 @AIM-3
    @during-a-call @video-call @loses-camera @set-to-ask
    Scenario: The camera is set back to "ask" and allowed again
      Given the customer is in a video call
      And the agent and the other participant hear the customer
      And the agent sees the customer
      And the customer has set the camera back to "ask"
      When the customer allows the camera again
      Then the agent sees the customer again, though the customer did nothing in the widget
      And the widget no longer asks for the camera
      And the camera control agrees with what the agent sees
      And the mute control agrees with what the agent hears
      And it is still the same call

    @CAM-LIVE-7 @AIM-2 @AIM-3
    @during-a-call @video-call @loses-camera
    Scenario: The camera is revoked and allowed again three times
      Given the customer is in a video call
      And the agent and the other participant hear the customer
      And the agent sees the customer
      When the customer revokes the camera and allows it again, three times
      Then the agent sees the customer again, though the customer did nothing in the widget
      And the widget no longer asks for the camera
      And the camera control agrees with what the agent sees
      And the mute control agrees with what the agent hears
      And the call stays connected
      And it is still the same call

    @CAM-LIVE-7 @AIM-2
    @during-a-call @video-call @loses-camera @asks-nothing
    Scenario: The customer tries the camera control while the camera is blocked
      Given the customer is in a video call
      And the agent and the other participant hear the customer
      And the agent sees the customer
      And the customer has revoked the camera
      When the customer clicks the camera control twice
      Then the camera control agrees with what the agent sees
      When the customer allows the camera again
      Then the agent sees the customer again, though the customer did nothing in the widget
      And the camera control agrees with what the agent sees
