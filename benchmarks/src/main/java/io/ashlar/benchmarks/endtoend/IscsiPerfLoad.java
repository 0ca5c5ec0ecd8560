package io.ashlar.benchmarks.endtoend;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// libiscsi's `iscsi-perf`: random reads, the rate only.
///
/// @param url `iscsi://address:port/iqn/lun`
/// @param blocks blocks of the LUN per request
record IscsiPerfLoad(String name, String url, int blocks, int depth) implements Contender {
  private static final Pattern AVERAGE = Pattern.compile("iops average (\\d+)");

  @Override
  public Sample measure(Duration duration) throws IOException, InterruptedException {
    String output =
        Command.run(
            Command.CLIENT_CORE,
            List.of(
                "iscsi-perf",
                "-r",
                "-m",
                Integer.toString(depth),
                "-b",
                Integer.toString(blocks),
                "-t",
                Long.toString(Math.max(1, duration.toSeconds())),
                url));
    Matcher matcher = AVERAGE.matcher(output);
    double last = Double.NaN;
    while (matcher.find()) {
      last = Double.parseDouble(matcher.group(1));
    }
    if (Double.isNaN(last)) {
      throw new IOException("iscsi-perf told no rate for " + url + ":\n" + output);
    }
    return Sample.ofRate(last);
  }
}
