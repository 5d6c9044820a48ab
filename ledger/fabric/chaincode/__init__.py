"""The chaincode: what a channel keeps of regions' ledgers. Runs as a service beside each region's peer."""
