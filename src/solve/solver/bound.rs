//! What meeting some requirements costs at the least, found fast.
//!
//! It is the bound of Erlenkotter's dual ascent for the location of facilities (DUALOC, 1978): a package is a
//! facility with the price of choosing it, a requirement a client, and the rank of an option what it costs to
//! serve that client from there. Each requirement bids; of each package the bids beyond the rank add up to its
//! price at most. Whatever is chosen in the end then costs no less than all bids together (weak duality of linear
//! programs). What options need besides is left out, which only makes the bound lower.

use super::search::Numbers;
use super::state::State;

/// A cost in one number, so that it can be shared among bids: packages, size and rank, the former ones so heavy
/// that the latter never add up to one of them.
type Price = u128;

const ONE_PACKAGE: Price = 1 << 104;
const ONE_KIB: Price = 1 << 52;

/// A requirement that bids.
struct Client {
    /// The packages of its options, with the ranks.
    options: Vec<(usize, Price)>,
    bid: Price,
}

/// What meeting these requirements costs at the least, beyond what is chosen.
pub(super) fn bound(state: &State<'_, '_>, open: &[usize]) -> Numbers {
    let mut clients: Vec<Client> = open
        .iter()
        .map(|&requirement| {
            let options = state.options(requirement).map(|index| {
                let option = state.option(requirement, index);
                (option.package, Price::from(option.rank))
            });
            let mut options: Vec<_> = options.collect();
            // Of two options of one package the lower rank.
            options.sort_unstable();
            options.dedup_by_key(|(package, _)| *package);
            Client { options, bid: 0 }
        })
        .collect();
    // Those with few options leave more for others.
    clients.sort_by_key(|client| client.options.len());

    let price = |package: usize| match state.is_chosen(package) {
        true => 0,
        false => ONE_PACKAGE + ONE_KIB * Price::from(state.problem.packages[package].size_kib),
    };
    let mut left = vec![0; state.problem.packages.len()];
    let mut bidders = vec![0; state.problem.packages.len()];
    for &(package, _) in clients.iter().flat_map(|client| &client.options) {
        left[package] = price(package);
        bidders[package] += 1;
    }
    let prices = left.clone();
    let alone = raise(&mut clients, &mut left);

    // The same again, after each has bid an equal share of what it is after: better where packages are shared.
    left.clone_from(&prices);
    for client in &mut clients {
        let share = |&(package, rank): &(usize, Price)| rank + prices[package] / bidders[package];
        client.bid = client.options.iter().map(share).min().unwrap_or(0);
        for &(package, rank) in &client.options {
            left[package] -= client.bid.saturating_sub(rank);
        }
    }
    let shared = raise(&mut clients, &mut left);
    numbers(alone.max(shared), state, &clients)
}

/// Raises each bid in turn as far as it goes, and gives the sum of all.
fn raise(clients: &mut [Client], left: &mut [Price]) -> Price {
    let mut sum = 0;
    for client in clients {
        let highest = |&(package, rank): &(usize, Price)| client.bid.max(rank) + left[package];
        let bid = client.options.iter().map(highest).min().unwrap_or(0);
        for &(package, rank) in &client.options {
            left[package] -= bid.saturating_sub(rank) - client.bid.saturating_sub(rank);
        }
        client.bid = bid;
        sum += bid;
    }
    sum
}

/// The price in numbers. A part of a package is a whole one.
fn numbers(price: Price, state: &State<'_, '_>, clients: &[Client]) -> Numbers {
    let packages = (price / ONE_PACKAGE) as usize;
    let size_kib = (price % ONE_PACKAGE / ONE_KIB) as u64;
    let rank = (price % ONE_KIB) as u64;
    // An upper bound of all that could be chosen for these requirements, each package counted often enough.
    let sizes = clients
        .iter()
        .flat_map(|client| &client.options)
        .map(|&(package, _)| state.problem.packages[package].size_kib);
    match size_kib > sizes.sum() {
        true => Numbers { packages: packages + 1, size_kib: 0, rank: 0 },
        false => Numbers { packages, size_kib, rank },
    }
}
