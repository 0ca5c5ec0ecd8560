package io.ashlar.target.iscsi.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// How connections end that nobody uses, or whose socket fails; the ticks are the test's.
@SuppressWarnings("ByteBufferBackingArray")
class ConnectionEndTest {
  private static final int NORMAL = 0;
  private static final int DISCOVERY = 2;
  private static final int NOP_IN = 0x20;
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long IDLE_NS = SessionLimits.DEFAULT.idleNs();

  private final ChannelRig rig = new ChannelRig();
  private final long startNs = System.nanoTime();

  @AfterEach
  void seeThatNothingIsHeld() {
    rig.isStuck = false;
    rig.end();
  }

  private void login(int kind) {
    byte[] login = rig.login(kind);
    rig.send(login, 0, login.length);
    assertThat(rig.channel.isOpen()).isTrue();
  }

  private void tickAfter(long ns) {
    rig.connection.onTick(startNs + ns);
    rig.channel.runPendingTasks();
  }

  /// The opcode of what the target sent last, null if it sent nothing.
  private @Nullable Integer sent() {
    ByteBuf out = rig.channel.readOutbound();
    if (out == null) {
      return null;
    }
    int opcode = out.getByte(out.readerIndex()) & 0x3F;
    out.release();
    return opcode;
  }

  private void answerPing() {
    ByteBuffer answer = ByteBuffer.allocate(48).put(0, (byte) 0x40).put(1, (byte) 0x80);
    rig.send(answer.putInt(16, -1).putInt(20, 0x7FFF_FFFF).array(), 0, 48);
  }

  @Test
  void shouldCutOffALoginThatTakesTooLong() {
    tickAfter(SessionLimits.DEFAULT.loginNs() - SECOND_NS);
    assertThat(rig.channel.isOpen()).isTrue();
    tickAfter(SessionLimits.DEFAULT.loginNs() + SECOND_NS);
    assertThat(rig.channel.isOpen()).isFalse();
  }

  @Test
  void shouldAskASilentInitiatorOnceAndCutItOffWhenItDoesNotAnswer() {
    login(NORMAL);
    tickAfter(IDLE_NS - SECOND_NS);
    assertThat(sent()).isNull();
    tickAfter(IDLE_NS + SECOND_NS);
    assertThat(sent()).isEqualTo(NOP_IN);
    tickAfter(IDLE_NS + 2 * SECOND_NS);
    assertThat(sent()).as("asked once").isNull();
    answerPing();
    tickAfter(IDLE_NS + 3 * SECOND_NS);
    assertThat(sent()).as("asked anew, for it had answered").isEqualTo(NOP_IN);
    assertThat(rig.channel.isOpen()).isTrue();
    tickAfter(2 * IDLE_NS + 3 * SECOND_NS);
    assertThat(rig.channel.isOpen()).isFalse();
  }

  @Test
  void shouldCutOffADiscoverySessionThatIsIdle() {
    login(DISCOVERY);
    tickAfter(IDLE_NS - SECOND_NS);
    assertThat(rig.channel.isOpen()).isTrue();
    tickAfter(IDLE_NS + SECOND_NS);
    assertThat(rig.channel.isOpen()).isFalse();
  }

  /// A host that does not read may send no more meanwhile, and has half a minute to begin.
  @Test
  void shouldCutOffAHostThatDoesNotReadItsAnswers() {
    login(NORMAL);
    writable(false);
    assertThat(rig.channel.config().isAutoRead()).isFalse();
    writable(true);
    assertThat(rig.channel.config().isAutoRead()).isTrue();
    tickAfter(29 * SECOND_NS);
    tickAfter(31 * SECOND_NS);
    assertThat(rig.channel.isOpen()).as("it reads again").isTrue();
    writable(false);
    tickAfter(29 * SECOND_NS);
    assertThat(rig.channel.isOpen()).isTrue();
    tickAfter(31 * SECOND_NS);
    assertThat(rig.channel.isOpen()).isFalse();
  }

  private void writable(boolean isWritable) {
    rig.channel.unsafe().outboundBuffer().setUserDefinedWritability(1, isWritable);
    rig.channel.runPendingTasks();
  }

  /// What was sent before has a moment to leave; the reason of the first close counts.
  @Test
  void shouldNotWaitForeverToSendTheLastWord() {
    login(NORMAL);
    rig.isStuck = true;
    rig.connection.close("the test says so");
    rig.connection.close("and once more");
    tickAfter(SECOND_NS);
    assertThat(rig.channel.isOpen()).as("the last word is on its way").isTrue();
    tickAfter(4 * SECOND_NS);
    assertThat(rig.channel.isOpen()).isFalse();
  }

  @Test
  void shouldCloseWhenTheSocketFails() {
    login(NORMAL);
    rig.channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
    rig.channel.runPendingTasks();
    assertThat(rig.channel.isOpen()).isFalse();
  }

  /// A bug in one connection's handling is that connection's end and nobody else's.
  @Test
  void shouldCloseWhenItsOwnCodeFails() {
    login(NORMAL);
    rig.channel.pipeline().fireExceptionCaught(new IllegalStateException("a bug, for the test"));
    rig.channel.runPendingTasks();
    assertThat(rig.channel.isOpen()).isFalse();
  }
}
