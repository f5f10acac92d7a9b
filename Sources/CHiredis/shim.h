#pragma once
// The protocol's reader alone: sockets are the event loop's, and commands are written by Redis itself.
#include <hiredis/read.h>
