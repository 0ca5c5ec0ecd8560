package io.ashlar.nvme.posix;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.nvme.local.Errno;
import java.nio.file.Path;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class PosixNativeTest {
  private static final int PAGE_BYTES = 4096;

  @Test
  void shouldLoadTheLibraryFromTheJar() {
    assertThat(NativeLibrary.problem()).isNull();
  }

  @Test
  void shouldAnswerNegativeErrorNumbers() {
    assertThat(PosixNative.close(-1)).isNegative();
    assertThat(DeviceFile.open(Path.of("/no/such"), 0, 0)).isEqualTo(-Errno.ENOENT);
  }

  @Test
  void shouldTellErrorsInWords() {
    assertThat(SystemErrors.text(Errno.ENOSPC)).contains("(errno 28)");
    assertThat(SystemErrors.text(-Errno.ENOSPC)).isEqualTo(SystemErrors.text(Errno.ENOSPC));
  }

  @Test
  void shouldKeepMemoryOutOfSwapAndDumps() {
    UnsafeBuffer page = new UnsafeBuffer(BufferUtil.allocateDirectAligned(PAGE_BYTES, PAGE_BYTES));
    long address = page.addressOffset();
    assertThat(PosixNative.lockMemory(address, PAGE_BYTES)).isZero();
    assertThat(PosixNative.hideFromDumps(address, PAGE_BYTES)).isZero();
    assertThat(PosixNative.unlockMemory(address, PAGE_BYTES)).isZero();
  }

  @Test
  void shouldCountTheSignalsOfAnEventFd() {
    int eventFd = PosixNative.eventFd();
    assertThat(PosixNative.drainEventFd(eventFd)).isEqualTo(-Errno.EAGAIN);
    assertThat(PosixNative.waitReadable(eventFd, 0)).isZero();
    assertThat(PosixNative.close(eventFd)).isZero();
  }
}
