package io.ashlar.target.iscsi.session;

/// What a login request's header says, beside its keys.
///
/// @param transit the initiator wants to go on to `nextStage`
/// @param continued the keys go on in the next PDU
/// @param isid the initiator's part of the session's name
/// @param tsih the target's part, 0 for a new session
record LoginRequest(
    boolean transit, boolean continued, int currentStage, int nextStage, long isid, int tsih) {
  static final int SECURITY = 0;
  static final int OPERATIONAL = 1;
  static final int FULL_FEATURE = 3;
}
