package io.ashlar.interop.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxGuestIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path directory;

  @Test
  void shouldBootAndRunCommands() throws Exception {
    try (LinuxGuest guest = LinuxGuest.boot(directory)) {
      assertThat(guest.check(SOON, "uname -r")).startsWith("6.12.");
      assertThat(guest.check(SOON, "lsmod")).contains("nvme_tcp");
      assertThat(guest.check(SOON, "ls -l /dev/nvme-fabrics")).contains("/dev/nvme-fabrics");
      LinuxGuest.Ended failed = guest.run(SOON, "echo one; printf two; exit 7");
      assertThat(failed.exit()).isEqualTo(7);
      assertThat(failed.lines()).containsExactly("one", "two");
      assertThat(guest.run(SOON, "blockcheck /dev/null 8 1 1 /tmp/stop").lines())
          .containsExactly("/dev/null is not a block device");
    }
  }
}
