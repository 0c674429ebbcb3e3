Feature: Microphone access is blocked before a call
  To prevent "silent failures" where you think the agent can hear you but they can't, the widget checks your
  permissions before the call starts.

  Rule: You cannot start a call while the microphone is blocked

    @MIC-PRE-1 @MIC-PRE-2 @MIC-PRE-3 @MIC-PRE-4 @AIM-1
    @before-a-call
    Scenario Outline: <a> call is tried while <blocked> blocked
      Given the customer has opened the page with the widget
      And <blocked> blocked in the browser
      When the customer clicks the button for <a> call
      Then the widget shows an error that asks to add microphone permissions in the browser
      And the widget tells how to enable the microphone in the browser's settings
      And no call is started

      @audio-call @loses-microphone
      Examples:
        | a        | blocked           |
        | an audio | the microphone is |

      @video-call @loses-microphone
      Examples:
        | a       | blocked           |
        | a video | the microphone is |

      @video-call @loses-both
      Examples:
        | a       | blocked                           |
        | a video | the microphone and the camera are |

    @MIC-PRE-2 @MIC-PRE-3 @AIM-1
    @before-a-call @audio-call @loses-microphone @untold-permissions
    Scenario: A call is tried while the microphone is blocked in a browser that tells pages nothing of their permissions
      Given the browser tells pages nothing of their permissions
      And the customer has opened the page with the widget
      And the microphone is blocked in the browser
      When the customer clicks the button for an audio call
      Then the widget shows an error that asks to add microphone permissions in the browser
      And no call is started

  Rule: Once you have enabled the microphone, the call button starts the call

    @MIC-PRE-5
    @before-a-call @loses-microphone
    Scenario Outline: The microphone is enabled and <a> call is tried again
      Given the customer has opened the page with the widget
      And the microphone is blocked in the browser
      And the customer has tried to start <a> call and was refused
      When the customer allows the microphone again
      And the customer clicks the button for <a> call
      Then <a> call is placed

      @audio-call
      Examples:
        | a        |
        | an audio |

      @video-call
      Examples:
        | a       |
        | a video |
