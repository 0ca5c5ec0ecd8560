package io.ashlar.interop.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.control.VolumeInfo;
import io.ashlar.interop.daemon.AshlarDaemon;
import io.ashlar.interop.guest.LinuxGuest;
import java.time.Duration;

/// The guest's NVMe/TCP host.
final class NvmeHost {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String HOST_UUID = "6f0a1b8e-3c3e-4c0e-9a50-1f2f3a4b5c6d";

  private NvmeHost() {}

  /// Connects the guest to a volume, as its first, second, … one.
  ///
  /// @param number from 0
  /// @return the guest's block device
  static String connect(LinuxGuest guest, AshlarDaemon daemon, VolumeInfo volume, int number)
      throws Exception {
    String nqn = volume.exports().nvmeSubsystem();
    String address = "-t tcp -a " + LinuxGuest.HOST_ADDRESS + " -s " + daemon.nvmePort();
    String host = " -q nqn.2014-08.org.nvmexpress:uuid:" + HOST_UUID + " -I " + HOST_UUID;
    // The address that discovery tells is the one the target was reached by: loopback, since the
    // guest's network is translated. So it is not followed here.
    assertThat(guest.check(SOON, "nvme discover " + address + host)).contains(nqn);
    String options = " --reconnect-delay=1 --ctrl-loss-tmo=240 --keep-alive-tmo=5";
    guest.check(SOON, "nvme connect " + address + host + " -n " + nqn + options);
    String disk = "/dev/nvme" + number + "n1";
    guest.check(SOON, "while ! [ -b " + disk + " ]; do sleep 0.2; done");
    return disk;
  }

  static void disconnect(LinuxGuest guest, VolumeInfo volume) throws Exception {
    guest.check(SOON, "nvme disconnect -n " + volume.exports().nvmeSubsystem());
  }
}
