"""A Fabric network of a few regions on one machine: made, started, looked at, stopped.

Plain processes on the loopback interface, no containers. Fabric's programs are found, never fetched. For more than one
machine the regions' administrators set the network up between them: docs/how-to/run-on-fabric.md.
"""
