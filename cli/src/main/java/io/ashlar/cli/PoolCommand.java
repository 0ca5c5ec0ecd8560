package io.ashlar.cli;

import io.ashlar.control.ByteSize;
import io.ashlar.control.ControlClient;
import io.ashlar.control.PoolInfo;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `ashlar pool …`.
@Command(
    name = "pool",
    mixinStandardHelpOptions = true,
    description = "The pool that volumes live in.",
    subcommands = PoolCommand.Show.class)
final class PoolCommand extends NounCommand {
  /// `ashlar pool show`.
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Show capacity, data reduction, memory and health.")
  static final class Show implements Runnable {
    @Mixin private final NodeOption node = new NodeOption();
    @Mixin private final OutputOption output = new OutputOption();

    @Override
    public void run() {
      PoolInfo pool = node.call(ControlClient::pool);
      output.printer().print(pool, out -> print(pool, out));
    }

    private static void print(PoolInfo pool, PrintWriter out) {
      new Fields()
          .add("Device", pool.device() + " (" + pool.driver() + ")")
          .add("State", pool.state())
          .add("Capacity", ByteSize.format(pool.capacityBytes()))
          .add("Used", ByteSize.format(pool.usedBytes()))
          .add("Free", ByteSize.format(pool.freeBytes()))
          .add("Provisioned", ByteSize.format(pool.provisionedBytes()))
          .add("Mapped", ByteSize.format(pool.mappedBytes()))
          .add("Stored", ByteSize.format(pool.storedBytes()))
          .add("Reduction", String.format(Locale.ROOT, "%.2f : 1", pool.dataReduction()))
          .add("Index", indexOf(pool))
          .warnings(pool.warnings())
          .print(out);
    }

    private static String indexOf(PoolInfo pool) {
      return ByteSize.format(pool.indexBytes())
          + " of "
          + ByteSize.format(pool.indexBudgetBytes())
          + " memory";
    }
  }
}
