/// Controllers: what a host gets by a Fabrics Connect, and the admin commands by which it asks
/// about it (NVM Express Base Specification 2.0, 3.1 and 5). A controller belongs to its
/// subsystem's shard and is touched by that thread alone.
@NullMarked
package io.ashlar.target.nvme.controller;

import org.jspecify.annotations.NullMarked;
