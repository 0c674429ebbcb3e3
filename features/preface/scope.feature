Feature: Which widgets the article is about
  These behaviours apply to Customer Widget version 5.1 and above.

  @SCOPE-1
  Scenario: The widget states its version
    Given the customer has opened the page with the widget
    Then the widget claims a version to which the article applies
