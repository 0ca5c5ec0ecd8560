package io.ashlar.target.iscsi;

import static io.ashlar.target.iscsi.RunningTarget.BLOCK;
import static io.ashlar.target.iscsi.RunningTarget.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.target.iscsi.ScriptedInitiator.Pdu;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What each task management function is answered, and whose tasks it ends (RFC 7143 §11.5, §11.6).
@Timeout(60)
class IscsiTaskManagementTest {
  private static final int MANAGED = 0x22;
  private static final int RESPONSE = 0x21;
  private static final int CLEAR_TASK_SET = 4;
  private static final int ABORT_TASK_SET = 2;
  private static final int WARM_RESET = 6;

  private RunningTarget running;

  @BeforeEach
  void listen() throws InterruptedException {
    running = new RunningTarget();
  }

  @AfterEach
  void stop() {
    running.close();
  }

  private static int answer(ScriptedInitiator initiator, int function, int lun) throws IOException {
    ByteBuffer header = ScriptedInitiator.header(0x42, 0x80 | function);
    header.putShort(8, (short) lun).putInt(16, 50).putInt(20, 77);
    initiator.send(header.putInt(24, initiator.nextCmdSn()), new byte[0]);
    Pdu answer = initiator.receive();
    assertThat(answer.opcode()).isEqualTo(MANAGED);
    assertThat(answer.header().getInt(16)).isEqualTo(50);
    return answer.header().get(2) & 0xFF;
  }

  /// Function, logical unit, and the response: 0 complete, 1 no such task, 2 no such unit, 4 no
  /// reassignment, 5 not supported, 255 rejected.
  @ParameterizedTest
  @CsvSource({
    "1, 0, 1",
    "2, 0, 0",
    "2, 1, 2",
    "3, 0, 5",
    "4, 0, 0",
    "4, 1, 2",
    "5, 0, 0",
    "5, 1, 2",
    "6, 0, 0",
    "7, 0, 5",
    "8, 0, 4",
    "0, 0, 255",
    "9, 0, 255"
  })
  void shouldAnswerEachFunction(int function, int lun, int response) throws IOException {
    try (ScriptedInitiator initiator = running.loggedIn(1)) {
      assertThat(answer(initiator, function, lun)).isEqualTo(response);
      initiator.pingTwice();
    }
  }

  /// Both wait for their data; who sent the function is answered, and nobody is told of the tasks.
  @ParameterizedTest
  @CsvSource({CLEAR_TASK_SET + ", true", WARM_RESET + ", true", ABORT_TASK_SET + ", false"})
  void shouldEndOwnTasksAndThoseOfOthersWhereThatIsMeant(int function, boolean endsOthers)
      throws IOException {
    try (ScriptedInitiator ours = running.loggedIn(1);
        ScriptedInitiator theirs = running.loggedIn(2)) {
      Pdu own = begun(ours);
      Pdu others = begun(theirs);
      assertThat(answer(ours, function, 0)).isZero();
      ours.dataOut(own, 0, new byte[BLOCK]);
      theirs.dataOut(others, 0, new byte[BLOCK]);
      if (endsOthers) {
        theirs.pingTwice();
        theirs.command(2, 0x80, 0, new byte[6]);
        assertThat(theirs.receive().sense()).as("it is told by a unit attention").startsWith("06/");
      } else {
        assertThat(theirs.receive().status()).as("goes on").isZero();
      }
      ours.pingTwice();
    }
  }

  private static Pdu begun(ScriptedInitiator initiator) throws IOException {
    initiator.command(1, 0xa0, BLOCK, write(0, 1));
    return initiator.receive();
  }

  @Test
  void shouldFreeTheTagOfATaskThatWasCleared() throws IOException {
    try (ScriptedInitiator initiator = running.loggedIn(1)) {
      begun(initiator);
      assertThat(answer(initiator, CLEAR_TASK_SET, 0)).isZero();
      Pdu again = begun(initiator);
      initiator.dataOut(again, 0, new byte[BLOCK]);
      Pdu ended = initiator.receive();
      assertThat(ended.opcode()).isEqualTo(RESPONSE);
      assertThat(ended.status()).isZero();
    }
  }
}
