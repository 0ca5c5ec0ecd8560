package io.ashlar.target.iscsi.session;

import com.code_intelligence.jazzer.junit.FuzzTest;

/// Any bytes at all, behind the login of a normal or a discovery session, or from the first byte
/// on: no exception, and nothing held when the connection is gone.
///
/// Input: `| how it logs in first 1 | length of a piece 1 | the stream |`.
class SessionFuzzTest {
  private static final int PREAMBLE_BYTES = 2;
  private static final int FROM_THE_START = 3;

  @FuzzTest(maxExecutions = 1_000_000, maxDuration = "2h")
  void shouldSurviveAnyStream(byte[] input) {
    if (input.length < PREAMBLE_BYTES) {
      return;
    }
    ChannelRig rig = new ChannelRig();
    int start = input[0] & 3;
    if (start != FROM_THE_START) {
      byte[] login = rig.login(start);
      rig.send(login, 0, login.length);
    }
    int piece = (input[1] & 0xFF) + 1;
    for (int at = PREAMBLE_BYTES; at < input.length && rig.channel.isOpen(); at += piece) {
      rig.send(input, at, Math.min(piece, input.length - at));
    }
    rig.end();
  }
}
