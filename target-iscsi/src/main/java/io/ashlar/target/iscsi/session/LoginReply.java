package io.ashlar.target.iscsi.session;

/// What a login request is answered.
record LoginReply(LoginStatus status, boolean transit, int stage, int nextStage, TextKeys keys) {
  static LoginReply refuse(LoginStatus status, int stage) {
    return new LoginReply(status, false, stage, 0, new TextKeys());
  }

  boolean isRefusal() {
    return status != LoginStatus.SUCCESS;
  }

  boolean isLast() {
    return transit && nextStage == LoginRequest.FULL_FEATURE;
  }
}
