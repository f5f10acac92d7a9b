#pragma once
// Nothing to call: this target stands between the tests and two functions of Swift's Synchronization library.
